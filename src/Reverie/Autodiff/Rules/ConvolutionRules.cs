using Reverie.Autodiff.Linear;

namespace Reverie.Autodiff.Rules;

/// <summary>Convolutions. Nothing is computed for weights: a network that computes its weights from the image is refused by name.</summary>
internal static class ConvolutionRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["Conv"] = c =>
        {
            RefuseWeights(c);
            if (c.Wants(0)) c.Give(0, ConvolutionAdjoint.OfInput(c, c.Dy, c.In(1)));
            Bias(c);
        };
        rules["ConvTranspose"] = c =>
        {
            RefuseWeights(c);
            if (c.Wants(0)) c.Give(0, OfTransposed(c, c.Dy, c.In(1)));
            Bias(c);
        };
    }

    private static void RefuseWeights(RuleContext c)
    {
        if (c.Wants(1)) throw c.Refusal($"its weights '{c.Node.Inputs[1]}' are computed from the input, and no rule gives their gradient");
    }

    private static void Bias(RuleContext c)
    {
        if (!c.Wants(2)) return;
        var axes = Enumerable.Range(0, c.Rank()).Where(axis => axis != 1).Select(axis => (long)axis).ToArray();
        c.Give(2, c.Emitter.Op("ReduceSum", [c.Dy, c.Emitter.Ints(axes)], ("keepdims", 0)));
    }

    /// <summary>The adjoint of a transposed convolution: the convolution with the same weights, strides and pads.</summary>
    internal static Value OfTransposed(RuleContext c, Value dy, Value weights)
    {
        var node = c.Node;
        var axes = c.Rank() - 2;
        var kernel = node.Ints("kernel_shape") ?? c.Dims(1)?.Skip(2).Select(dim => dim.Value ?? throw c.Refusal("the size of its kernel is not known")).ToArray()
            ?? throw c.Refusal("the size of its kernel is not known");
        var strides = node.Ints("strides") ?? Window.Ones(axes);
        var dilations = node.Ints("dilations") ?? Window.Ones(axes);
        var pads = TransposedPads.Of(node, kernel, strides, dilations, c.Dims())
            ?? throw c.Refusal("its output_shape fixes pads that depend on the input's size, which is not known");
        return c.Emitter.Op("Conv", [dy, weights],
            ("kernel_shape", kernel), ("strides", strides), ("dilations", dilations), ("group", node.Int("group", 1)), ("pads", pads));
    }
}
