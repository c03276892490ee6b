using Reverie.Onnx;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// Local response normalisations and their gradients, which <c>LocalResponse</c> of the differentiation writes in a dozen operators each: given to two operators of our own.
/// </summary>
internal static class LocalResponseRewrite
{
    private sealed record Normalisation(string Input, string Output, string Sum, string Power, long[] Window, float Scale, float Bias);

    /// <summary>Rewrites a graph in place. Nodes that nothing needs any more may be left over.</summary>
    public static void Apply(Graph graph, int threads)
    {
        var links = new GraphLinks(graph);
        var found = graph.Nodes.Select(node => (Node: node, Normalisation: Forward(graph, links, node))).Where(each => each.Normalisation is not null).ToDictionary(each => each.Node, each => each.Normalisation!);
        if (found.Count == 0) return;
        var byPower = found.Values.ToDictionary(each => each.Power);
        var replaced = found.ToDictionary(each => each.Key, each => Operator(LocalResponseOperator.OperatorName, each.Value, [each.Value.Input], each.Key, threads));
        foreach (var node in graph.Nodes)
        {
            if (Backward(graph, links, byPower, node) is not var (normalisation, cotangent, factor)) continue;
            var gradient = Operator(LocalResponseGradientOperator.OperatorName, normalisation, [normalisation.Input, normalisation.Output, cotangent], node, threads);
            gradient.Attributes["factor"] = (long)BitConverter.SingleToInt32Bits(factor);
            replaced[node] = gradient;
        }
        graph.ReplaceNodes([.. graph.Nodes.Select(node => replaced.GetValueOrDefault(node, node))]);
    }

    private static Node Operator(string name, Normalisation normalisation, string[] inputs, Node last, int threads)
    {
        var ours = new Node(name, inputs, [last.Output]) { Domain = KernelDomain.Name, Name = last.Name };
        ours.Attributes["window"] = normalisation.Window;
        ours.Attributes["scale"] = (long)BitConverter.SingleToInt32Bits(normalisation.Scale);
        ours.Attributes["bias"] = (long)BitConverter.SingleToInt32Bits(normalisation.Bias);
        ours.Attributes["threads"] = (long)threads;
        return ours;
    }

    // y = x / (root * sqrt(root)), root = sqrt(band(x * x) * scale + bias)
    private static Normalisation? Forward(Graph graph, GraphLinks links, Node quotient) =>
        quotient is { Op: "Div", Domain: "", Inputs: [var x, var power] }
        && links.Producer(power, "Mul") is { Inputs: [var root, var fourth] } && links.Producer(fourth, "Sqrt")?.Input(0) == root
        && links.Producer(root, "Sqrt") is { Inputs: [var sum] } && links.Producer(sum, "Add") is { Inputs: [var scaled, var bias] } && Number(graph, bias) is { } offset
        && Factor(graph, links, scaled) is var (squares, factor)
        && links.Producer(squares, "Conv") is { } band && Window(graph, band) is { } window
        && links.Producer(band.Input(0), "Mul") is { Inputs: [var left, var right] } && left == x && right == x
            ? new(x, quotient.Output, sum, power, window, factor, offset)
            : null;

    // dx = dy / power - x * band^T(dy * y / sum) * factor
    private static (Normalisation Normalisation, string Cotangent, float Factor)? Backward(Graph graph, GraphLinks links, Dictionary<string, Normalisation> byPower, Node difference) =>
        difference is { Op: "Sub", Domain: "", Inputs: [var direct, var indirect] }
        && links.Producer(direct, "Div") is { Inputs: [var cotangent, var power] } && byPower.GetValueOrDefault(power) is { } forward
        && Factor(graph, links, indirect) is var (product, factor)
        && links.Producer(product, "Mul") is { Inputs: [var x, var inner] } && x == forward.Input
        && links.Producer(inner, "Conv") is { } band && Window(graph, band) is [var before, var after] && before == forward.Window[1] && after == forward.Window[0]
        && links.Producer(band.Input(0), "Div") is { Inputs: [var weighted, var sum] } && sum == forward.Sum
        && links.Producer(weighted, "Mul") is { Inputs: [var dy, var y] } && dy == cotangent && y == forward.Output
            ? (forward, cotangent, factor)
            : null;

    // Taken apart into a tensor and a number; a product with 1 is not written.
    private static (string Tensor, float Factor) Factor(Graph graph, GraphLinks links, string product) =>
        links.Producer(product, "Mul") is { Inputs: [var tensor, var constant] } && Number(graph, constant) is { } factor ? (tensor, factor) : (product, 1);

    private static float? Number(Graph graph, string name) =>
        graph.Constants.TryGetValue(name, out var constant) && constant.Type == ElementType.Float && Tensor.CountOf(constant.Shape) == 1 ? constant.Span<float>()[0] : null;

    // The neighbours before and after a channel that a 1x1 convolution sums over, where that is all it does.
    private static long[]? Window(Graph graph, Node convolution)
    {
        if (convolution.Inputs.Count != 2 || convolution.Int("group", 1) != 1 || !graph.Constants.TryGetValue(convolution.Input(1), out var weights) || weights.Type != ElementType.Float
            || weights.Shape is not [var channels, var inputs, ..] || inputs != channels || Tensor.CountOf(weights.Shape) != channels * channels) return null;
        if ((convolution.Ints("strides") ?? []).Any(stride => stride != 1) || (convolution.Ints("pads") ?? []).Any(pad => pad != 0)) return null;
        var band = weights.Span<float>();
        var (before, after) = (-1L, -1L);
        for (var channel = 0; channel < channels && band[(int)(channel * channels)] == 1; channel++) before++;
        for (var channel = 0; channel < channels && band[channel] == 1; channel++) after++;
        if (before < 0 || after < 0) return null;
        for (var to = 0L; to < channels; to++)
            for (var from = 0L; from < channels; from++)
                if (band[(int)(to * channels + from)] != (from >= to - before && from <= to + after ? 1 : 0)) return null;
        return [before, after];
    }
}
