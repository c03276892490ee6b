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
        rules["LpNormalization"] = LpNormalization;
        rules["LRN"] = LocalResponse.Rule;
    }

    // In inference: y = (x - mean) scale / sqrt(var + eps) + b, all constants per channel.
    private static void BatchNormalization(RuleContext c)
    {
        for (var index = 1; index < c.Node.Inputs.Count; index++)
            if (c.Wants(index)) throw c.Refusal($"its statistics '{c.Node.Inputs[index]}' are computed from the input");
        var epsilon = ActivationRules.Exact(c.Node.Float("epsilon", 1e-5f));
        c.Give(0, c.Dy * PerChannel(c, c.In(1) / (c.In(4) + epsilon).Sqrt()));
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
        if (c.Wants(1)) c.Give(1, c.Emitter.Op("ReduceSum", [dy * normal, c.Emitter.Ints([0, .. axes])], ("keepdims", 0)));
        if (c.Wants(2)) c.Give(2, c.Emitter.Op("ReduceSum", [dy, c.Emitter.Ints([0, .. axes])], ("keepdims", 0)));
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
