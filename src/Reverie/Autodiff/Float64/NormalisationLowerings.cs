using Reverie.Autodiff.Rules;
using Reverie.Onnx;

namespace Reverie.Autodiff.Float64;

/// <summary>Normalisations by their formulas, with the epsilon that was meant.</summary>
internal static class NormalisationLowerings
{
    public static void AddTo(Dictionary<string, Lowering> lowerings)
    {
        lowerings["BatchNormalization"] = BatchNormalization;
        lowerings["InstanceNormalization"] = InstanceNormalization;
        lowerings["LayerNormalization"] = LayerNormalization;
        lowerings["MeanVarianceNormalization"] = MeanVarianceNormalization;
        lowerings["LRN"] = LocalResponse;
    }

    private static Value BatchNormalization(Node node, Emitter e)
    {
        var spatial = e.RankOf(node.Inputs[0]) - 2;
        var factor = e[node.Inputs[1]] / (e[node.Inputs[4]] + Epsilon(node)).Sqrt();
        return (e[node.Inputs[0]] - PerChannel(e[node.Inputs[3]], spatial)) * PerChannel(factor, spatial) + PerChannel(e[node.Inputs[2]], spatial);
    }

    private static Value InstanceNormalization(Node node, Emitter e)
    {
        var spatial = e.RankOf(node.Inputs[0]) - 2;
        var normal = Normalised(node, e, [.. Enumerable.Range(2, spatial).Select(axis => (long)axis)]);
        return normal * PerChannel(e[node.Inputs[1]], spatial) + PerChannel(e[node.Inputs[2]], spatial);
    }

    private static Value LayerNormalization(Node node, Emitter e)
    {
        if (node.Outputs.Skip(1).Any(output => output.Length > 0)) throw new ReverieException($"{node.Describe()}: its second and third output are not supported in float64");
        var rank = e.RankOf(node.Inputs[0]);
        var first = node.Int("axis", -1);
        long[] axes = [.. Enumerable.Range(0, rank).Select(axis => (long)axis).Where(axis => axis >= (first < 0 ? first + rank : first))];
        var scaled = Normalised(node, e, axes) * e[node.Inputs[1]];
        return node.HasInput(2) ? scaled + e[node.Inputs[2]] : scaled;
    }

    private static Value MeanVarianceNormalization(Node node, Emitter e)
    {
        var axes = node.Ints("axes") ?? [0, 2, 3];
        var centred = e[node.Inputs[0]] - e[node.Inputs[0]].Mean(axes);
        return centred / ((centred * centred).Mean(axes).Sqrt() + 1e-9);
    }

    private static Value LocalResponse(Node node, Emitter e)
    {
        var size = node.Int("size", 1);
        var x = e[node.Inputs[0]];
        var (before, after) = ((size - 1) / 2, size - 1 - (size - 1) / 2);
        var rank = e.RankOf(node.Inputs[0]);
        // a window over channels: shifted slices of the squares, zeros beyond the first and last channel
        var pads = new long[2 * rank];
        (pads[1], pads[rank + 1]) = (before, after);
        var squares = e.Op("Pad", x * x, e.Ints(pads), e.Scalar(0));
        var sum = Enumerable.Range(0, (int)size)
            .Select(shift => squares.Slice(e.Ints(shift), e.Ints(shift + 1 == size ? long.MaxValue : shift + 1 - size), 1))
            .Aggregate((total, next) => total + next);
        var s = sum * ((double)node.Float("alpha", 1e-4f) / size) + node.Float("bias", 1);
        return x / e.Op("Pow", s, e.Scalar(node.Float("beta", 0.75f)));
    }

    private static double Epsilon(Node node) => ActivationRules.Exact(node.Float("epsilon", 1e-5f));

    private static Value PerChannel(Value vector, int spatial) =>
        spatial <= 0 ? vector : vector.Unsqueeze([.. Enumerable.Range(1, spatial).Select(axis => (long)axis)]);

    private static Value Normalised(Node node, Emitter e, long[] axes)
    {
        var centred = e[node.Inputs[0]] - e[node.Inputs[0]].Mean(axes);
        return centred / ((centred * centred).Mean(axes) + Epsilon(node)).Sqrt();
    }
}
