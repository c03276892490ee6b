using Reverie.Autodiff.Linear;

namespace Reverie.Autodiff.Rules;

/// <summary>Convolutions. Nothing is computed for weights, unless the network itself computes them from its input (dynamic convolutions, hypernetworks).</summary>
internal static class ConvolutionRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["Conv"] = c =>
        {
            if (c.Wants(0)) c.Give(0, ConvolutionAdjoint.OfInput(c, c.Dy, c.In(1)));
            if (c.Wants(1)) c.Give(1, WeightsGradient.OfConv(c, KernelOf(c)));
            Bias(c);
        };
        rules["ConvTranspose"] = c =>
        {
            if (c.Wants(0)) c.Give(0, OfTransposed(c, c.Dy, c.In(1)));
            if (c.Wants(1)) c.Give(1, WeightsGradient.OfConvTranspose(c, KernelOf(c), PadsOf(c)));
            Bias(c);
        };
    }

    private static long[] KernelOf(RuleContext c) =>
        c.Node.Ints("kernel_shape") ?? c.Dims(1)?.Skip(2).Select(dim => dim.Value ?? throw c.Refusal("the size of its kernel is not known")).ToArray()
        ?? throw c.Refusal("the size of its kernel is not known");

    private static long[] PadsOf(RuleContext c)
    {
        var kernel = KernelOf(c);
        return TransposedPads.Of(c.Node, kernel, c.Node.Ints("strides") ?? Window.Ones(kernel.Length), c.Node.Ints("dilations") ?? Window.Ones(kernel.Length), c.Dims())
            ?? throw c.Refusal("its output_shape fixes pads that depend on the input's size, which is not known");
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
        var (node, axes) = (c.Node, c.Rank() - 2);
        return c.Emitter.Op("Conv", [dy, weights],
            ("kernel_shape", KernelOf(c)), ("strides", node.Ints("strides") ?? Window.Ones(axes)), ("dilations", node.Ints("dilations") ?? Window.Ones(axes)),
            ("group", node.Int("group", 1)), ("pads", PadsOf(c)));
    }
}
