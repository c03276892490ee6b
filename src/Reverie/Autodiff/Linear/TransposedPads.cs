using Reverie.Onnx;

namespace Reverie.Autodiff.Linear;

/// <summary>The pads of a transposed convolution, where auto_pad or output_shape leave them to be worked out.</summary>
internal static class TransposedPads
{
    /// <summary>The pads, all begins and then all ends; null where they depend on a size of the input that is not known.</summary>
    /// <param name="node">A ConvTranspose.</param>
    /// <param name="kernel">The sizes of its window.</param>
    /// <param name="strides">Its strides.</param>
    /// <param name="dilations">Its dilations.</param>
    /// <param name="input">The shape of its input, as far as it is known.</param>
    public static long[]? Of(Node node, long[] kernel, long[] strides, long[] dilations, IReadOnlyList<Dim>? input)
    {
        var axes = kernel.Length;
        var auto = node.String("auto_pad", "NOTSET");
        var output = node.Ints("output_shape");
        if (output is null && auto is "NOTSET" or "") return node.Ints("pads") ?? new long[2 * axes];
        if (output is null && auto == "VALID") return new long[2 * axes];
        var outputPadding = node.Ints("output_padding") ?? new long[axes];
        var pads = new long[2 * axes];
        for (var axis = 0; axis < axes; axis++)
        {
            var extent = dilations[axis] * (kernel[axis] - 1) + 1;
            // SAME without output_shape: the output is stride times the input
            long total;
            if (output is null) total = extent + outputPadding[axis] - strides[axis];
            else if (input?[2 + axis].Value is { } size) total = strides[axis] * (size - 1) + outputPadding[axis] + extent - output[output.Length - axes + axis];
            else return null;
            total = Math.Max(total, 0);
            pads[axis] = auto == "SAME_UPPER" ? total / 2 : total - total / 2;
            pads[axes + axis] = total - pads[axis];
        }
        return pads;
    }
}
