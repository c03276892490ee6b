using Reverie.Autodiff;
using Reverie.Autodiff.Rules;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Explain;

/// <summary>
/// Normalisations and reductions taken apart into sums, products and powers, whose rules in DeepLIFT are exact. The outputs keep their names.
/// </summary>
internal static class Decomposition
{
    private static readonly Dictionary<string, Func<Node, Emitter, Value>> Parts = new(StringComparer.Ordinal)
    {
        ["LRN"] = LocalResponse,
        ["InstanceNormalization"] = InstanceNormalization,
        ["LayerNormalization"] = LayerNormalization,
        ["LpNormalization"] = LpNormalization,
        ["ReduceSumSquare"] = (node, e) => e[node.Inputs[0]] is var x ? Reduced(node, e, "ReduceSum", x * x) : default,
        ["ReduceL1"] = (node, e) => Reduced(node, e, "ReduceSum", e[node.Inputs[0]].Apply("Abs")),
        ["ReduceL2"] = (node, e) => e[node.Inputs[0]] is var x ? Reduced(node, e, "ReduceSum", x * x).Sqrt() : default,
        ["ReduceLogSum"] = (node, e) => Reduced(node, e, "ReduceSum", e[node.Inputs[0]]).Apply("Log"),
    };

    /// <summary>A copy of the graph without such operators, with types inferred.</summary>
    public static Graph Apply(Graph graph)
    {
        var work = graph.Clone();
        if (!work.Nodes.Exists(node => node.Domain.Length == 0 && Parts.ContainsKey(node.Op))) return work;
        var nodes = new List<Node>(work.Nodes.Count);
        var emitter = new Emitter(work, nodes);
        foreach (var node in work.Nodes)
        {
            if (node.Domain.Length > 0 || !Parts.TryGetValue(node.Op, out var parts))
            {
                nodes.Add(node);
                continue;
            }
            emitter.Prefix = $"parts/{node.Output}";
            var value = parts(node, emitter);
            nodes.Add(new("Identity", [value.Name], [node.Output]));
        }
        work.ReplaceNodes(nodes);
        ShapeInference.Infer(work);
        return work;
    }

    private static Value Reduced(Node node, Emitter e, string op, Value value)
    {
        Value[] inputs = node.HasInput(1) ? [value, e[node.Inputs[1]]] : [value];
        return e.Op(op, inputs, [.. node.Attributes.Select(each => (each.Key, each.Value))]);
    }

    // x (bias + alpha/size band(x^2))^-beta, the band of neighbouring channels as a 1x1 convolution
    private static Value LocalResponse(Node node, Emitter e)
    {
        var x = e[node.Inputs[0]];
        var size = node.Int("size", 1);
        if (e.DimsOf(x.Name) is not [_, { Value: { } channels }, _, _]) throw new ReverieException($"{node.Describe()} cannot be taken apart: it is not a map with a known number of channels");
        var band = new float[channels * channels];
        for (var to = 0L; to < channels; to++)
            for (var from = Math.Max(0, to - (size - 1) / 2); from <= Math.Min(channels - 1, to + size / 2); from++) band[to * channels + from] = 1;
        var sums = e.Op("Conv", x * x, e.Constant("band", Tensor.Of<float>(band, channels, channels, 1, 1)));
        // numbers from Caffe, in 32 bits as the file has them
        double alpha = node.Float("alpha", 1e-4f), beta = node.Float("beta", 0.75f), bias = node.Float("bias", 1);
        return x * e.Op("Pow", sums * (alpha / size) + bias, e.Scalar(-beta));
    }

    private static Value InstanceNormalization(Node node, Emitter e)
    {
        var rank = e.RankOf(node.Inputs[0]);
        long[] axes = [.. Enumerable.Range(2, rank - 2).Select(axis => (long)axis)];
        long[] spatial = [.. Enumerable.Range(1, rank - 2).Select(axis => (long)axis)];
        return Normalised(node, e, axes) * e[node.Inputs[1]].Unsqueeze(spatial) + e[node.Inputs[2]].Unsqueeze(spatial);
    }

    private static Value LayerNormalization(Node node, Emitter e)
    {
        if (node.Outputs.Skip(1).Any(output => output.Length > 0)) throw new ReverieException($"{node.Describe()} gives out its statistics; DeepLIFT has no rule for that");
        var rank = e.RankOf(node.Inputs[0]);
        var first = node.Int("axis", -1);
        long[] axes = [.. Enumerable.Range(0, rank).Select(axis => (long)axis).Where(axis => axis >= (first < 0 ? first + rank : first))];
        var scaled = Normalised(node, e, axes) * e[node.Inputs[1]];
        return node.HasInput(2) ? scaled + e[node.Inputs[2]] : scaled;
    }

    private static Value Normalised(Node node, Emitter e, long[] axes)
    {
        var x = e[node.Inputs[0]];
        var centred = x - x.Mean(axes);
        var variance = (centred * centred).Mean(axes) + ActivationRules.Exact(node.Float("epsilon", 1e-5f));
        return centred * e.Op("Pow", variance, e.Scalar(-0.5));
    }

    private static Value LpNormalization(Node node, Emitter e)
    {
        var x = e[node.Inputs[0]];
        var axis = node.Int("axis", -1);
        return node.Int("p", 2) == 1 ? x / x.Apply("Abs").Sum(axis) : x * e.Op("Pow", (x * x).Sum(axis), e.Scalar(-0.5));
    }
}
