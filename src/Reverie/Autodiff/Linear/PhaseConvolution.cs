using Reverie.Onnx;

namespace Reverie.Autodiff.Linear;

/// <summary>
/// The adjoint of a strided convolution taken apart by phases (the sub-pixel convolution of Shi et al. 2016): output pixels whose places agree modulo the stride
/// see the same taps, so that one convolution of stride 1 computes all phases as channels and DepthToSpace interleaves them. For the few channels of a picture this
/// is faster than a transposed convolution and needs none of its buffer of shifted copies.
/// </summary>
internal static class PhaseConvolution
{
    // With more channels the zeros that fill up the phases' kernels cost more than the buffer.
    private const int MostChannels = 4;

    /// <summary>Whether the adjoint of this convolution is better taken apart.</summary>
    public static bool Suits(Window window, Tensor weights, long group) =>
        group == 1 && window.Axes == 2 && weights.Shape[1] <= MostChannels && window.Strides[0] == window.Strides[1] && window.Strides[0] > 1
        && window.Dilations.All(dilation => dilation == 1) && window.Kernel.All(size => size >= window.Strides[0]) && weights.Type == ElementType.Float;

    /// <summary>The cotangent of the padded input, from its first row and column on, at least as far as the input reaches.</summary>
    public static Value OfPaddedInput(Emitter e, Window window, Value dy, string name, Tensor weights)
    {
        var stride = window.Strides[0];
        var key = $"{name}/phases";
        if (!e.Graph.Constants.ContainsKey(key))
        {
            e.Graph.Constants[key] = Phases(weights, stride);
            e.Graph.Refresh();
        }
        // taps per phase, and how many positions beyond the last output the input can reach
        long[] taps = [.. window.Kernel.Select(size => (size + stride - 1) / stride)];
        long[] reach = [.. window.Kernel.Select(size => (size + stride - 2) / stride)];
        var phases = e.Op("Conv", [dy, e[key]], ("kernel_shape", taps), ("pads", new[] { taps[0] - 1, taps[1] - 1, reach[0], reach[1] }));
        return e.Op("DepthToSpace", [phases], ("blocksize", stride), ("mode", "DCR"));
    }

    // [(ry s + rx) C + c, m, t, u] = W[m, c, ry + s (J - 1 - t), rx + s (J - 1 - u)], zero beyond the kernel
    private static Tensor Phases(Tensor weights, long stride)
    {
        var from = weights.Span<float>();
        int outputs = (int)weights.Shape[0], channels = (int)weights.Shape[1], height = (int)weights.Shape[2], width = (int)weights.Shape[3], s = (int)stride;
        int rows = (height + s - 1) / s, columns = (width + s - 1) / s;
        var to = new float[s * s * channels * outputs * rows * columns];
        for (var phase = 0; phase < s * s; phase++)
            for (var c = 0; c < channels; c++)
                for (var m = 0; m < outputs; m++)
                    for (var t = 0; t < rows; t++)
                        for (var u = 0; u < columns; u++)
                        {
                            var (y, x) = (phase / s + s * (rows - 1 - t), phase % s + s * (columns - 1 - u));
                            if (y < height && x < width)
                                to[(((phase * channels + c) * outputs + m) * rows + t) * columns + u] = from[((m * channels + c) * height + y) * width + x];
                        }
        return Tensor.Of<float>(to, s * s * channels, outputs, rows, columns);
    }
}
