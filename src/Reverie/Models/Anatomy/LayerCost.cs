using System.Globalization;
using Reverie.Onnx;

namespace Reverie.Models.Anatomy;

/// <summary>What a layer costs, and how its operators are called.</summary>
internal static class LayerCost
{
    /// <summary>The numbers that a layer's operators learned: its constants in floating point that have dimensions. A constant that several operators share counts where it is first read.</summary>
    public static long Parameters(IEnumerable<Node> nodes, Graph graph, HashSet<string> counted) =>
        nodes.SelectMany(node => node.Inputs)
            .Where(input => graph.Constants.TryGetValue(input, out var constant) && constant.Rank > 0 && constant.Type.IsFloating() && counted.Add(input))
            .Sum(input => graph.Constants[input].Count);

    /// <summary>The multiplications of convolutions and matrix products, for given shapes; null where a shape that is needed is not known. Others are not counted: they are few.</summary>
    public static long? Multiplications(IEnumerable<Node> nodes, Graph graph, IReadOnlyDictionary<string, long[]> shapes)
    {
        var sum = 0L;
        foreach (var node in nodes)
        {
            if (node.Op is not ("Conv" or "ConvTranspose" or "Gemm" or "MatMul")) continue;
            if (!shapes.TryGetValue(node.Output, out var output)) return null;
            if (ShapeOf(node.Input(0)) is not { } left || ShapeOf(node.Input(1)) is not { } right) return null;
            sum += node.Op switch
            {
                // every output is a sum over a channel group's window
                "Conv" => Count(output) * Count(right.AsSpan(1)),
                // every input is spread over a window of each output channel of its group
                "ConvTranspose" => Count(left) * Count(right.AsSpan(1)),
                "Gemm" => Count(output) * (node.Int("transA", 0) == 0 ? left[^1] : left[0]),
                _ => Count(output) * left[^1],
            };
        }
        return sum;

        long[]? ShapeOf(string tensor) => graph.Constants.TryGetValue(tensor, out var constant) ? constant.Shape.ToArray() : shapes.GetValueOrDefault(tensor);
        static long Count(ReadOnlySpan<long> shape) => Tensor.CountOf(shape);
    }

    /// <summary>A layer's operators in words: <c>Conv 3x3 /2 + Relu</c>.</summary>
    public static string Words(IEnumerable<Node> nodes, Graph graph) => string.Join(" + ", nodes.Select(node => Word(node, graph)));

    private static string Word(Node node, Graph graph)
    {
        var words = new List<string> { node.Op };
        var kernel = node.Ints("kernel_shape") ?? (node.Op is "Conv" or "ConvTranspose" && graph.Constants.TryGetValue(node.Input(1), out var weights) ? weights.Shape[2..].ToArray() : null);
        if (kernel is not null) words.Add(string.Join('x', kernel));
        if (node.Ints("strides") is { } strides && strides.Any(stride => stride != 1)) words.Add("/" + Same(strides));
        if (node.Ints("dilations") is { } dilations && dilations.Any(dilation => dilation != 1)) words.Add("dilated " + Same(dilations));
        if (node.Int("group", 1) is > 1 and var groups) words.Add(string.Create(CultureInfo.InvariantCulture, $"in {groups} groups"));
        return string.Join(' ', words);
    }

    private static string Same(long[] values) => values.Distinct().Count() == 1 ? values[0].ToString(CultureInfo.InvariantCulture) : string.Join('x', values);
}
