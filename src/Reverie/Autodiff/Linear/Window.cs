namespace Reverie.Autodiff.Linear;

/// <summary>The sliding window of a convolution or pooling node: kernel, strides, dilations and pads of its spatial axes.</summary>
internal sealed class Window
{
    private Window(long[] kernel, long[] strides, long[] dilations, long[]? begins, long[]? ends, bool padsUpper) =>
        (Kernel, Strides, Dilations, Begins, Ends, PadsUpper) = (kernel, strides, dilations, begins, ends, padsUpper);

    public long[] Kernel { get; }

    public long[] Strides { get; }

    public long[] Dilations { get; }

    /// <summary>Pads before each axis; null where <c>auto_pad</c> leaves them to the input's size.</summary>
    public long[]? Begins { get; }

    /// <summary>Pads after each axis; null where <c>auto_pad</c> leaves them to the input's size.</summary>
    public long[]? Ends { get; }

    /// <summary>For <c>auto_pad</c>: whether the odd pad goes to the end (SAME_UPPER).</summary>
    public bool PadsUpper { get; }

    public int Axes => Kernel.Length;

    public bool HasStride => Strides.Any(stride => stride != 1);

    /// <summary>The extent of the kernel along an axis, holes included.</summary>
    public long Extent(int axis) => Dilations[axis] * (Kernel[axis] - 1) + 1;

    /// <summary>Reads the window of a node. The kernel's size comes from the node or, for convolutions, from the weights.</summary>
    public static Window Of(RuleContext c, long[]? kernelOfWeights = null)
    {
        var node = c.Node;
        var kernel = node.Ints("kernel_shape") ?? kernelOfWeights ?? throw c.Refusal("the size of its kernel is not known");
        var axes = kernel.Length;
        var strides = node.Ints("strides") ?? Ones(axes);
        var dilations = node.Ints("dilations") ?? Ones(axes);
        var auto = node.String("auto_pad", "NOTSET");
        if (auto is "NOTSET" or "")
        {
            var pads = node.Ints("pads") ?? new long[2 * axes];
            return new(kernel, strides, dilations, pads[..axes], pads[axes..], true);
        }
        if (auto == "VALID") return new(kernel, strides, dilations, new long[axes], new long[axes], true);
        // SAME: the output has ceil(size / stride) positions
        var sizes = c.Dims()?.Skip(2).ToList();
        long[] begins = new long[axes], ends = new long[axes];
        var upper = auto == "SAME_UPPER";
        for (var axis = 0; axis < axes; axis++)
        {
            var extent = dilations[axis] * (kernel[axis] - 1) + 1;
            long total;
            if (strides[axis] == 1) total = extent - 1;
            else if (sizes?[axis].Value is { } size) total = Math.Max(0, ((size + strides[axis] - 1) / strides[axis] - 1) * strides[axis] + extent - size);
            else return new(kernel, strides, dilations, null, null, upper);
            begins[axis] = upper ? total / 2 : total - total / 2;
            ends[axis] = total - begins[axis];
        }
        return new(kernel, strides, dilations, begins, ends, upper);
    }

    /// <summary>The pads before each axis as a vector in the graph, computed there where they depend on the input's size.</summary>
    public Value BeginsIn(RuleContext c)
    {
        if (Begins is not null) return c.Emitter.Ints(Begins);
        var size = c.Shape().Range(2);
        Value strides = c.Emitter.Ints(Strides), one = c.Emitter.Ints(1), two = c.Emitter.Ints(2);
        var outputs = (size + strides - one) / strides;
        var extents = c.Emitter.Ints([.. Enumerable.Range(0, Axes).Select(Extent)]);
        var total = c.Emitter.Op("Max", (outputs - one) * strides + extents - size, c.Emitter.Ints(0));
        return PadsUpper ? total / two : total - total / two;
    }

    /// <summary>Spatial axes 2, 3, ... of an NCHW tensor.</summary>
    public long[] SpatialAxes => [.. Enumerable.Range(2, Axes).Select(axis => (long)axis)];

    public static long[] Ones(int count) => [.. Enumerable.Repeat(1L, count)];
}
