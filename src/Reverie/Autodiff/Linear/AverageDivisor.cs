using Reverie.Onnx;

namespace Reverie.Autodiff.Linear;

/// <summary>How many elements each window of an average pool divides by, as a tensor [1, 1, spatial...]: found by summing ones over the same windows.</summary>
internal static class AverageDivisor
{
    public static Value Of(RuleContext c, Window window, bool includesPads)
    {
        var emitter = c.Emitter;
        var one = Tensor.Of([1f], 1);
        var size = emitter.Op("Concat", [emitter.Ints(1, 1), c.Shape().Range(2)], ("axis", 0));
        var ones = emitter.Op("ConstantOfShape", [size], ("value", one));
        // ones where elements count (pads too, if they do), zeros in pads that do not, and zeros beyond for windows that ceil_mode lets stick out
        var begins = window.BeginsIn(c);
        var ends = EndsIn(c, window, begins);
        var zero = emitter.Ints(0, 0);
        var padded = emitter.Op("Pad", ones, emitter.Op("Concat", [zero, begins, zero, ends], ("axis", 0)), emitter.Scalar(includesPads ? 1 : 0));
        var slack = emitter.Ints([0, 0, .. new long[window.Axes], 0, 0, .. window.Strides]);
        var beyond = emitter.Op("Pad", padded, slack, emitter.Scalar(0));
        var kernel = emitter.Constant("ones", Tensor.Of<float>(
            Enumerable.Repeat(1f, (int)window.Kernel.Aggregate(1L, (product, length) => product * length)).ToArray(), [1, 1, .. window.Kernel]));
        var counts = emitter.Op("Conv", [beyond, kernel], ("kernel_shape", window.Kernel), ("strides", window.Strides), ("dilations", window.Dilations));
        return counts.Slice(emitter.Ints(new long[window.Axes]), emitter.ShapeOf(c.Node.Output).Range(2), window.SpatialAxes);
    }

    private static Value EndsIn(RuleContext c, Window window, Value begins)
    {
        if (window.Ends is { } known) return c.Emitter.Ints(known);
        var total = c.Emitter.Op("Max",
            (c.Emitter.ShapeOf(c.Node.Output).Range(2) - c.Emitter.Ints(1)) * c.Emitter.Ints(window.Strides)
            + c.Emitter.Ints([.. Enumerable.Range(0, window.Axes).Select(window.Extent)]) - c.Shape().Range(2), c.Emitter.Ints(0));
        return total - begins;
    }
}
