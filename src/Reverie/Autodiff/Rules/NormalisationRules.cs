using Reverie.Autodiff.Linear;

namespace Reverie.Autodiff.Rules;

/// <summary>Normalisations. All of them scale; those that take statistics from the input itself also subtract its share in them.</summary>
internal static class NormalisationRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["BatchNormalization"] = BatchNormalization;
        rules["InstanceNormalization"] = InstanceNormalization;
        rules["LayerNormalization"] = LayerNormalization;
        rules["MeanVarianceNormalization"] = MeanVarianceNormalization;
        rules["LpNormalization"] = LpNormalization;
        rules["LRN"] = LocalResponse.Rule;
    }

    // In inference: y = (x - mean) scale / sqrt(var + eps) + b. All but x are constants per channel, unless the network computes them (conditional normalisation).
    private static void BatchNormalization(RuleContext c)
    {
        var epsilon = ActivationRules.Exact(c.Node.Float("epsilon", 1e-5f));
        var inverse = 1 / (c.In(4) + epsilon).Sqrt();
        var dy = c.Dy;
        c.Give(0, dy * PerChannel(c, c.In(1) * inverse));
        if (!Enumerable.Range(1, 4).Any(c.Wants)) return;
        var normal = (c.X - PerChannel(c, c.In(3))) * PerChannel(c, inverse);
        var (sum, weighted) = (PerChannelSum(c, dy), PerChannelSum(c, dy * normal));
        c.Give(1, weighted);
        c.Give(2, sum);
        c.Give(3, -(sum * c.In(1) * inverse));
        c.Give(4, weighted * c.In(1) * inverse * inverse * -0.5);
    }

    private static Value PerChannelSum(RuleContext c, Value value)
    {
        long[] axes = [.. Enumerable.Range(0, c.Rank()).Where(axis => axis != 1).Select(axis => (long)axis)];
        return c.Emitter.Op("ReduceSum", [value, c.Emitter.Ints(axes)], ("keepdims", 0));
    }

    private static Value PerChannel(RuleContext c, Value vector)
    {
        var spatial = c.Rank() - 2;
        return spatial <= 0 ? vector : vector.Unsqueeze([.. Enumerable.Range(1, spatial).Select(axis => (long)axis)]);
    }

    // Ulyanov et al. 2016: statistics over the spatial axes of each item and channel
    private static void InstanceNormalization(RuleContext c)
    {
        long[] axes = [.. Enumerable.Range(2, c.Rank() - 2).Select(axis => (long)axis)];
        var (normal, inverse) = Normalised(c, axes, ActivationRules.Exact(c.Node.Float("epsilon", 1e-5f)));
        var dy = c.Dy;
        c.Give(0, Adjoint(dy * PerChannel(c, c.In(1)), normal, inverse, axes));
        if (c.Wants(1)) c.Give(1, PerChannelSum(c, dy * normal));
        if (c.Wants(2)) c.Give(2, PerChannelSum(c, dy));
    }

    // Ba et al. 2016: statistics over the last axes of each item
    private static void LayerNormalization(RuleContext c)
    {
        var rank = c.Rank();
        var first = c.Node.Int("axis", -1);
        long[] axes = [.. Enumerable.Range(0, rank).Select(axis => (long)axis).Where(axis => axis >= (first < 0 ? first + rank : first))];
        var (normal, inverse) = Normalised(c, axes, ActivationRules.Exact(c.Node.Float("epsilon", 1e-5f)));
        var dy = c.Dy;
        c.Give(0, Adjoint(dy * c.In(1), normal, inverse, axes));
        c.GiveBroadcast(1, () => dy * normal);
        c.GiveBroadcast(2, () => dy);
    }

    // y = (x - mean) / (sigma + eps): eps keeps a constant input from dividing by 0, and matters nowhere else
    private static void MeanVarianceNormalization(RuleContext c)
    {
        var axes = c.Node.Ints("axes") ?? [0, 2, 3];
        var (normal, inverse) = Normalised(c, axes, 0);
        c.Give(0, Adjoint(c.Dy, normal, inverse, axes));
    }

    private static (Value Normal, Value Inverse) Normalised(RuleContext c, long[] axes, double epsilon)
    {
        var centred = c.X - c.X.Mean(axes);
        var inverse = 1 / ((centred * centred).Mean(axes) + epsilon).Sqrt();
        return (centred * inverse, inverse);
    }

    // g - mean(g) - n mean(g n), over sigma: what remains of the cotangent when mean and variance move with the input
    private static Value Adjoint(Value g, Value normal, Value inverse, long[] axes) =>
        inverse * (g - g.Mean(axes) - normal * (g * normal).Mean(axes));

    // y = x / ||x||
    private static void LpNormalization(RuleContext c)
    {
        var axis = c.Node.Int("axis", -1);
        if (c.Node.Int("p", 2) == 1)
        {
            var sum = c.X.Apply("Abs").Sum(axis);
            c.Give(0, (c.Dy - c.X.Sign() * (c.Dy * c.Y).Sum(axis)) / sum);
            return;
        }
        var norm = (c.X * c.X).Sum(axis).Sqrt();
        c.Give(0, (c.Dy - c.Y * (c.Dy * c.Y).Sum(axis)) / norm);
    }
}
