using Reverie.Autodiff.Linear;
using Reverie.Onnx;

namespace Reverie.Autodiff.Float64;

/// <summary>The windows of a convolution or pooling node, taken apart into one strided slice of the padded input for each place in the kernel.</summary>
/// <param name="Kernel">The kernel's size along each spatial axis.</param>
/// <param name="Strides">The step from window to window.</param>
/// <param name="Dilations">The step from element to element within a window.</param>
/// <param name="Begins">Pads before each axis, as a vector in the graph.</param>
/// <param name="Ends">Pads after each axis, as a vector in the graph.</param>
internal sealed record Windows(long[] Kernel, long[] Strides, long[] Dilations, Value Begins, Value Ends)
{
    public int Axes => Kernel.Length;

    public long[] SpatialAxes => [.. Enumerable.Range(2, Axes).Select(axis => (long)axis)];

    private long[] Extents => [.. Kernel.Select((size, axis) => Dilations[axis] * (size - 1) + 1)];

    /// <summary>Reads the windows of a node.</summary>
    public static Windows Of(Node node, Emitter e, long[] kernel)
    {
        var axes = kernel.Length;
        var strides = node.Ints("strides") ?? Window.Ones(axes);
        var dilations = node.Ints("dilations") ?? Window.Ones(axes);
        var window = new Windows(kernel, strides, dilations, default, default);
        var auto = node.String("auto_pad", "NOTSET");
        if (auto is "SAME_UPPER" or "SAME_LOWER")
        {
            var size = e.Op("Shape", e[node.Inputs[0]]).Range(2);
            Value one = e.Ints(1), two = e.Ints(2), stride = e.Ints(strides);
            var total = e.Op("Max", ((size + stride - one) / stride - one) * stride + e.Ints(window.Extents) - size, e.Ints(0));
            var half = total / two;
            return auto == "SAME_UPPER" ? window with { Begins = half, Ends = total - half } : window with { Begins = total - half, Ends = half };
        }
        var pads = auto == "VALID" ? new long[2 * axes] : node.Ints("pads") ?? new long[2 * axes];
        return window with { Begins = e.Ints(pads.AsSpan(0, axes)), Ends = e.Ints(pads.AsSpan(axes)) };
    }

    /// <summary>The input with its pads, filled with a number.</summary>
    public static Value Padded(Emitter e, Value x, Windows window, double fill)
    {
        if (e.ConstantOf(window.Begins.Name)?.ToInts().All(pad => pad == 0) == true && e.ConstantOf(window.Ends.Name)?.ToInts().All(pad => pad == 0) == true) return x;
        var zero = e.Ints(0, 0);
        return e.Op("Pad", x, e.Op("Concat", [zero, window.Begins, zero, window.Ends], ("axis", 0)), e.Scalar(fill));
    }

    /// <summary>The number of windows along each axis over an input that is padded already.</summary>
    public Value OutputsIn(Emitter e, Value padded, bool ceil)
    {
        var room = e.Op("Shape", padded).Range(2) - e.Ints(Extents);
        var stride = e.Ints(Strides);
        var one = e.Ints(1);
        return (ceil ? room + stride - one : room) / stride + one;
    }

    /// <summary>Every place in the kernel, the last axis fastest.</summary>
    public IEnumerable<long[]> Offsets()
    {
        var count = Kernel.Aggregate(1L, (product, size) => product * size);
        for (var index = 0L; index < count; index++)
        {
            var offset = new long[Axes];
            var rest = index;
            for (var axis = Axes - 1; axis >= 0; axis--)
            {
                offset[axis] = rest % Kernel[axis];
                rest /= Kernel[axis];
            }
            yield return offset;
        }
    }

    /// <summary>The elements at one place of all windows.</summary>
    public Value Shifted(Emitter e, Value padded, long[] offset, Value counts)
    {
        var starts = e.Ints([.. offset.Select((place, axis) => place * Dilations[axis])]);
        var ends = starts + (counts - e.Ints(1)) * e.Ints(Strides) + e.Ints(1);
        return e.Op("Slice", padded, starts, ends, e.Ints(SpatialAxes), e.Ints(Strides));
    }
}
