using System.Numerics.Tensors;

namespace Reverie.Imaging;

/// <summary>Gaussian smoothing of planes, separable, with mirrored borders (the border pixel is not repeated).</summary>
public static class GaussianBlur
{
    /// <summary>Smooths every plane.</summary>
    /// <param name="planes">[C,H,W].</param>
    /// <param name="channels">Number of planes C.</param>
    /// <param name="height">Rows H.</param>
    /// <param name="width">Columns W.</param>
    /// <param name="sigma">The standard deviation in pixels; the kernel reaches three of them.</param>
    /// <param name="result">Receives [C,H,W]; must not overlap <paramref name="planes"/>.</param>
    public static void Apply(ReadOnlySpan<float> planes, int channels, int height, int width, double sigma, Span<float> result)
    {
        var plane = Planes.Check(planes.Length, channels, height, width, nameof(planes));
        Planes.Check(result.Length, channels, height, width, nameof(result));
        if (planes.Overlaps(result)) throw new ArgumentException("the result must not overlap the planes", nameof(result));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sigma);
        var kernel = Kernel(sigma);
        var radius = kernel.Length / 2;
        var (blended, padded) = (new float[width], new float[width + 2 * radius]);
        for (var channel = 0; channel < channels; channel++)
        {
            var from = planes.Slice(channel * plane, plane);
            var to = result.Slice(channel * plane, plane);
            for (var y = 0; y < height; y++)
            {
                Array.Clear(blended);
                for (var tap = -radius; tap <= radius; tap++)
                    TensorPrimitives.MultiplyAdd(from.Slice(Mirrored(y + tap, height) * width, width), kernel[tap + radius], blended, blended);
                for (var x = -radius; x < width + radius; x++) padded[x + radius] = blended[Mirrored(x, width)];
                var row = to.Slice(y * width, width);
                row.Clear();
                for (var tap = 0; tap < kernel.Length; tap++) TensorPrimitives.MultiplyAdd(padded.AsSpan(tap, width), kernel[tap], row, row);
            }
        }
    }

    private static float[] Kernel(double sigma)
    {
        var radius = Math.Max(1, (int)Math.Ceiling(3 * sigma));
        var weights = Enumerable.Range(-radius, 2 * radius + 1).Select(offset => Math.Exp(-0.5 * offset * offset / (sigma * sigma))).ToArray();
        var sum = weights.Sum();
        return Array.ConvertAll(weights, weight => (float)(weight / sum));
    }

    private static int Mirrored(int index, int size)
    {
        if (size == 1) return 0;
        var period = 2 * (size - 1);
        index = Math.Abs(index) % period;
        return index < size ? index : period - index;
    }
}
