using Reverie.Onnx;

namespace Reverie.Runtime.Kernels;

/// <summary>Gives 3x3 convolutions to our own operator, together with what follows them: a tensor added, a ReLU or, in a backward pass, its mask.</summary>
internal static class ConvolutionRewrite
{
    // Fewer channels leave the transforms too little to save; before a ReLU precision counts as well (see Convolution3x3).
    private const int FewestChannels = 32;
    private const int FewestPairs = 2048;
    private const int FewestBeforeRelu = 16;
    // So far down, the usual pictures of 224 are 7x7: there ONNX Runtime's own convolutions are faster.
    private const long FarDown = 32;

    /// <summary>Rewrites a graph in place. Nodes that nothing needs any more may be left over.</summary>
    public static void Apply(Graph graph, int threads)
    {
        var links = new GraphLinks(graph);
        var scales = Scales(graph);
        var removed = new HashSet<Node>();
        var replaced = new Dictionary<Node, Node>();
        foreach (var node in graph.Nodes)
        {
            if (!Suits(graph, node, links.OnlyReader(node.Output)?.Op == "Relu") || removed.Contains(node) || scales.GetValueOrDefault(node.Input(0)) >= FarDown) continue;
            var ours = Convolution(node, threads);
            var last = node;
            // where two convolutions are added, the first takes the sum along
            if (links.OnlyReader(node.Output) is { Op: "Add", Domain: "" } addition && !removed.Contains(addition) && !replaced.ContainsKey(addition) && Other(addition, node.Output) is var other && SameShape(graph, node.Output, other))
                (last, ours.Inputs[4]) = (addition, other);
            if (links.OnlyReader(last.Output) is { Op: "Relu", Domain: "" } relu)
            {
                if (last != node) removed.Add(last);
                (last, ours.Attributes["rectify"]) = (relu, 1L);
            }
            else if (last == node && links.MaskAfter(node.Output) is var (product, rectified)) (last, ours.Inputs[3]) = (product, rectified);
            ours.Outputs[0] = last.Output;
            ours.Name = last.Name;
            // at the place of the last of them, where all that it reads is known
            if (last != node) removed.Add(node);
            replaced[last] = ours;
        }
        if (replaced.Count == 0) return;
        graph.ReplaceNodes([.. graph.Nodes.Where(node => !removed.Contains(node)).Select(node => replaced.GetValueOrDefault(node, node))]);
    }

    // By how much a tensor is smaller than the picture, as far as strides tell. It decides about speed alone: where it is wrong or not known, nothing else is.
    private static Dictionary<string, long> Scales(Graph graph)
    {
        var scales = new Dictionary<string, long>(StringComparer.Ordinal);
        if (graph.Inputs.Count > 0) scales[graph.Inputs[0].Name] = 1;
        foreach (var node in graph.Nodes)
        {
            var reads = node.Op is MaxPoolGradientOperator.OperatorName or AveragePoolGradientOperator.OperatorName ? node.Inputs.Take(1) : node.Inputs;
            var scale = reads.Select(input => scales.GetValueOrDefault(input)).DefaultIfEmpty().Max();
            if (scale == 0) continue;
            var stride = node.Ints("strides") is [var first, ..] ? Math.Max(first, 1) : 1;
            scale = node.Op switch
            {
                "Conv" or "MaxPool" or "AveragePool" => scale * stride,
                "ConvTranspose" => Math.Max(scale / stride, 1),
                _ => scale,
            };
            foreach (var output in node.Outputs) scales[output] = scale;
        }
        return scales;
    }

    private static bool Suits(Graph graph, Node node, bool rectified)
    {
        if (node.Op != "Conv" || node.Domain.Length > 0 || node.String("auto_pad", "NOTSET") != "NOTSET" || node.Int("group", 1) != 1) return false;
        if (!graph.Constants.TryGetValue(node.Input(1), out var weights) || weights.Type != ElementType.Float || weights.Shape is not [var outputs, var inputs, 3, 3]) return false;
        return Ones(node.Ints("strides")) && Ones(node.Ints("dilations")) && (rectified ? Math.Min(outputs, inputs) >= FewestBeforeRelu : Math.Min(outputs, inputs) >= FewestChannels && outputs * inputs >= FewestPairs)
            && (node.Ints("pads") is not { } pads || (pads.Length == 4 && pads.All(pad => pad is >= 0 and <= 2)));
    }

    private static string Other(Node addition, string term) => addition.Inputs[0] == term ? addition.Inputs[1] : addition.Inputs[0];

    // a sum that broadcasts is not for us
    private static bool SameShape(Graph graph, string first, string second) =>
        graph.TypeOf(first)?.Shape is { } left && graph.TypeOf(second)?.Shape is { } right && left.SequenceEqual(right);

    private static bool Ones(long[]? values) => values is null || values.All(value => value == 1);

    private static Node Convolution(Node node, int threads)
    {
        var ours = new Node(Convolution3x3Operator.OperatorName, [node.Input(0), node.Input(1), node.Input(2), "", ""], [node.Output]) { Domain = KernelDomain.Name, Name = node.Name };
        ours.Attributes["pads"] = node.Ints("pads") ?? [0, 0, 0, 0];
        ours.Attributes["rectify"] = 0L;
        ours.Attributes["threads"] = (long)threads;
        return ours;
    }
}
