using Reverie.Onnx;

namespace Reverie.Autodiff.Linear;

/// <summary>
/// The vector-Jacobian product of a convolution with respect to its input, with its own or substituted weights: the one place where a
/// convolution's transpose is written. Every rule table uses it.
/// </summary>
internal static class ConvolutionAdjoint
{
    /// <summary>The cotangent of the input of the convolution <c>c.Node</c>, for a cotangent of its output and weights [M, C/group, k...].</summary>
    public static Value OfInput(RuleContext c, Value dy, Value weights)
    {
        var dims = c.Emitter.DimsOf(weights.Name);
        var kernel = dims is not null && dims.Skip(2).All(dim => dim.IsKnown) ? dims.Skip(2).Select(dim => dim.Value!.Value).ToArray() : null;
        var window = Window.Of(c, kernel);
        return OfInput(c, window, dy, weights, c.Node.Int("group", 1));
    }

    /// <summary>The same for a window given by hand.</summary>
    public static Value OfInput(RuleContext c, Window window, Value dy, Value weights, long group)
    {
        var fits = window.Begins is { } begins && Enumerable.Range(0, window.Axes).All(axis => begins[axis] < window.Extent(axis) && window.Ends![axis] < window.Extent(axis));
        if (c.Emitter.ConstantOf(weights.Name) is { Type: ElementType.Float or ElementType.Double } constant)
        {
            if (!window.HasStride && fits) return AsConvolution(c, window, dy, FlippedWeights.Of(c.Emitter, weights.Name, constant, group), group);
            if (PhaseConvolution.Suits(window, constant, group))
                return CutToInput(c, window, PhaseConvolution.OfPaddedInput(c.Emitter, window, dy, weights.Name, constant));
        }
        return AsTransposed(c, window, dy, weights, group);
    }

    // At stride 1 the adjoint is itself a convolution, with weights flipped in space and transposed in channels: the fastest operator there is.
    private static Value AsConvolution(RuleContext c, Window window, Value dy, Value flipped, long group)
    {
        var pads = new long[2 * window.Axes];
        for (var axis = 0; axis < window.Axes; axis++)
        {
            pads[axis] = window.Extent(axis) - 1 - window.Begins![axis];
            pads[window.Axes + axis] = window.Extent(axis) - 1 - window.Ends![axis];
        }
        return c.Emitter.Op("Conv", [dy, flipped],
            ("kernel_shape", window.Kernel), ("pads", pads), ("dilations", window.Dilations), ("strides", window.Strides), ("group", group));
    }

    // Else: the transposed convolution of the padded input's size, output_padding covering rows that the stride skipped, then cut to the input.
    private static Value AsTransposed(RuleContext c, Window window, Value dy, Value weights, long group)
    {
        var padded = c.Emitter.Op("ConvTranspose", [dy, weights],
            ("kernel_shape", window.Kernel), ("strides", window.Strides), ("dilations", window.Dilations), ("group", group),
            ("output_padding", window.Strides.Select(stride => stride - 1).ToArray()));
        return CutToInput(c, window, padded);
    }

    /// <summary>Cuts a tensor over the padded input to the input itself.</summary>
    public static Value CutToInput(RuleContext c, Window window, Value padded)
    {
        var begins = window.BeginsIn(c);
        return padded.Slice(begins, SizesPlus(c, window, begins), window.SpatialAxes);
    }

    private static Value SizesPlus(RuleContext c, Window window, Value begins)
    {
        if (window.Begins is { } known && c.Dims() is { } dims && dims.Skip(2).All(dim => dim.IsKnown))
            return c.Emitter.Ints([.. dims.Skip(2).Select((dim, axis) => dim.Value!.Value + known[axis])]);
        return c.Shape().Range(2) + begins;
    }
}
