namespace Reverie.Onnx.Shapes;

/// <summary>
/// Finds the element type and the shape of every tensor of a canonical graph (opset <see cref="Model.CanonicalOpset"/>), in one pass over the nodes.
/// Shapes are symbolic where the inputs' are; shape vectors are followed through the operators that compute them
/// (Shape, Gather, Concat, arithmetic), so that the targets of Reshape, Expand, Resize and their like are known.
/// </summary>
public static class ShapeInference
{
    /// <summary>The largest number of elements of one tensor: 2^31 - 1.</summary>
    public const long MaxElements = int.MaxValue;

    /// <summary>
    /// Fills <see cref="Graph.Types"/> with the types of the inputs and of everything computed, and renews the types of the outputs.
    /// A tensor whose shape cannot be told keeps what the file declares of it, if anything.
    /// </summary>
    /// <exception cref="ReverieException">Shapes contradict each other, overflow or exceed <see cref="MaxElements"/>; the message names the node.</exception>
    public static void Infer(Graph graph)
    {
        foreach (var (name, fact) in Inference.Run(graph))
            if (!graph.Constants.ContainsKey(name) && (fact.Shape is not null || fact.Element != ElementType.Undefined)) graph.Types[name] = fact.Type;
        for (var index = 0; index < graph.Outputs.Count; index++)
            if (graph.TypeOf(graph.Outputs[index].Name) is { } type) graph.Outputs[index] = graph.Outputs[index] with { Type = type };
    }

    /// <summary>
    /// The shapes of all tensors for given shapes of the inputs. Inputs not named keep their declared shape. Tensors whose shape depends on data are left out.
    /// </summary>
    /// <exception cref="ReverieException">An input does not exist or cannot have that shape, or the network cannot work at that size; the message names the node.</exception>
    public static IReadOnlyDictionary<string, long[]> Resolve(Graph graph, IReadOnlyDictionary<string, long[]> inputShapes)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (var (name, fact) in Inference.Run(graph, inputShapes))
            if (fact.Type.KnownShape is { } shape) shapes[name] = shape;
        return shapes;
    }
}
