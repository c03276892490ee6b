using Reverie.Autodiff.Float64;

namespace Reverie.Autodiff.Linear;

/// <summary>
/// The vector-Jacobian product of a convolution with respect to its weights, for networks that compute weights from their input: for each place in the kernel,
/// the product of one operand with the slice of the other that this place sees. The kernel's size must be known, all others may be free.
/// </summary>
internal static class WeightsGradient
{
    /// <summary>dW[m, c, k] = sum over items and positions p of dy[m, p] x[c, s p + d k - pad].</summary>
    public static Value OfConv(RuleContext c, long[] kernel) =>
        Of(c, c.X, c.Dy, c.Emitter.ShapeOf(c.Node.Output), Windows.Of(c.Node, c.Emitter, kernel));

    /// <summary>dW[c, m, k] = sum over items and positions p of x[c, p] dy[m, s p + d k - pad]: the operands change places.</summary>
    public static Value OfConvTranspose(RuleContext c, long[] kernel, long[] pads)
    {
        var axes = kernel.Length;
        var window = new Windows(kernel, c.Node.Ints("strides") ?? Window.Ones(axes), c.Node.Ints("dilations") ?? Window.Ones(axes),
            c.Emitter.Ints(pads.AsSpan(0, axes)), c.Emitter.Ints(pads.AsSpan(axes)));
        return Of(c, c.Dy, c.X, c.Shape(), window);
    }

    // [N, g, F/g, P] times [N, g, P, C/g], summed over the items, once for each place
    private static Value Of(RuleContext c, Value windowed, Value still, Value stillShape, Windows window)
    {
        var e = c.Emitter;
        var group = c.Node.Int("group", 1);
        var padded = Windows.Padded(e, windowed, window, 0);
        var counts = stillShape.Range(2);
        var left = Grouped(e, still, group);
        var places = window.Offsets().Select(offset =>
        {
            var right = Grouped(e, window.Shifted(e, padded, offset, counts), group).Transpose(0, 1, 3, 2);
            return e.Op("ReduceSum", [left.MatMul(right), e.Ints(0)], ("keepdims", 0)).Unsqueeze(-1);
        }).ToArray();
        var all = places.Length == 1 ? places[0] : e.Op("Concat", places, ("axis", -1));
        return all.Reshape(c.Shape(1));
    }

    // [N, C, p...] as [N, g, C/g, P]
    private static Value Grouped(Emitter e, Value value, long group)
    {
        var shape = e.Op("Shape", value);
        var channels = shape.Range(1, 2) / e.Ints(group);
        return value.Reshape(e.Op("Concat", [e.Ints(0, group), channels, e.Ints(-1)], ("axis", 0)));
    }
}
