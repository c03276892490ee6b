using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Explain;

/// <summary>Which layer is taken where none is named.</summary>
public static class LayerChoice
{
    // Operators that write the same values in another form.
    private static readonly HashSet<string> Views = ["Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Cast", "Shape", "Slice", "Gather", "Split"];

    /// <summary>
    /// The last layer that still has rows and columns, before global pooling: where class activation maps are usually taken. (Layers after one another often disagree; say which where it matters.)
    /// </summary>
    /// <exception cref="ReverieException">No layer has rows and columns at this size.</exception>
    public static string Last(AttributionContext context) =>
        Candidates(context).LastOrDefault().Layer ?? throw new ReverieException("no layer on the way to the target has rows and columns; name a layer");

    /// <summary>All layers with rows and columns on the way to the target, in the order of computation, with their shapes for these inputs.</summary>
    public static IEnumerable<(string Layer, long[] Shape)> Candidates(AttributionContext context)
    {
        var graph = context.Subject.Graph;
        var sizes = context.Subject.InputNames.Zip(context.Inputs).ToDictionary(pair => pair.First, pair => pair.Second.Shape, StringComparer.Ordinal);
        var shapes = ShapeInference.Resolve(graph, sizes);
        foreach (var node in graph.Nodes)
            if (!Views.Contains(node.Op) && graph.TypeOf(node.Output)?.Element != ElementType.Int64 && shapes.TryGetValue(node.Output, out var shape) && shape is [_, _, var height, var width] && height * width > 1)
                yield return (node.Output, shape);
    }
}
