using System.Numerics.Tensors;

namespace Reverie.Imaging;

/// <summary>
/// Scales planes [C,H,W] to an explicit new height and width, in float32. Each output row is computed on its own, first down the columns and then
/// along the row, so the result is the same to the bit whatever the number of threads, and no picture-sized intermediate is needed.
/// </summary>
public static class Resampling
{
    private const int WorthThreads = 1 << 18;

    /// <summary>Resizes every plane.</summary>
    /// <param name="source">Planes [C,H,W], row-major.</param>
    /// <param name="channels">Number of planes C (for a batch: N·C).</param>
    /// <param name="height">Rows H of a source plane.</param>
    /// <param name="width">Columns W of a source plane.</param>
    /// <param name="destination">Planes [C,newHeight,newWidth]; must not overlap <paramref name="source"/>.</param>
    /// <param name="newHeight">Rows of a plane of the result.</param>
    /// <param name="newWidth">Columns of a plane of the result.</param>
    /// <param name="kernel">The interpolation. Cubic and Lanczos kernels may leave the range of their input by a few percent.</param>
    /// <param name="threads">Most threads used; 0 takes one per processor. The result does not depend on it.</param>
    /// <exception cref="ArgumentException">A span has not the length that its sizes say, or the spans overlap.</exception>
    public static unsafe void Resize(ReadOnlySpan<float> source, int channels, int height, int width,
        Span<float> destination, int newHeight, int newWidth, ResampleKernel kernel, int threads = 0)
    {
        Planes.Check(source.Length, channels, height, width, nameof(source));
        Planes.Check(destination.Length, channels, newHeight, newWidth, nameof(destination));
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (source.Overlaps(destination)) throw new ArgumentException("the destination must not overlap the source", nameof(destination));
        if (height == newHeight && width == newWidth && kernel != ResampleKernel.Mitchell)
        {
            source.CopyTo(destination);   // every interpolating kernel is the identity here
            return;
        }

        var rows = ResampleWeights.For(kernel, height, newHeight);
        var columns = ResampleWeights.For(kernel, width, newWidth);
        fixed (float* from = source, to = destination)
        {
            var (origin, target) = ((nint)from, (nint)to);   // a lambda cannot capture a pointer variable of a fixed statement
            void OneRow(int index, float[] blended)
            {
                var (c, y) = (index / newHeight, index % newHeight);
                var plane = (float*)origin + (long)c * height * width;
                BlendRows(plane, width, rows, y, blended);
                BlendColumns(blended, columns, new Span<float>((float*)target + (long)index * newWidth, newWidth));
            }

            var work = (long)channels * newHeight * ((long)width * rows.Taps + (long)newWidth * columns.Taps);
            if (work < WorthThreads || threads == 1)
            {
                var blended = new float[width];
                for (var i = 0; i < channels * newHeight; i++) OneRow(i, blended);
            }
            else
            {
                Parallel.For(0, channels * newHeight, new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? -1 : threads },
                    () => new float[width],
                    (i, _, blended) =>
                    {
                        OneRow(i, blended);
                        return blended;
                    },
                    _ => { });
            }
        }
    }

    /// <summary>As the span form, into a new array [C,newHeight,newWidth].</summary>
    public static float[] Resize(ReadOnlySpan<float> source, int channels, int height, int width, int newHeight, int newWidth, ResampleKernel kernel)
    {
        var result = new float[checked(channels * newHeight * newWidth)];
        Resize(source, channels, height, width, result, newHeight, newWidth, kernel);
        return result;
    }

    /// <summary>One row of W values: the weighted sum of the source rows that output row <paramref name="y"/> draws on.</summary>
    private static unsafe void BlendRows(float* plane, int width, ResampleWeights rows, int y, Span<float> blended)
    {
        var started = false;
        for (var t = 0; t < rows.Taps; t++)
        {
            var weight = rows.Values[y * rows.Taps + t];
            if (weight == 0) continue;
            var row = new ReadOnlySpan<float>(plane + (long)(rows.First[y] + t) * width, width);
            if (started) TensorPrimitives.MultiplyAdd(row, weight, blended, blended);
            else if (weight == 1) row.CopyTo(blended);
            else TensorPrimitives.Multiply(row, weight, blended);
            started = true;
        }
    }

    private static void BlendColumns(ReadOnlySpan<float> row, ResampleWeights columns, Span<float> result)
    {
        var (taps, first, values) = (columns.Taps, columns.First, columns.Values);
        if (taps == 2)
        {
            for (var x = 0; x < result.Length; x++)
            {
                var at = first[x];
                result[x] = row[at] * values[2 * x] + row[at + 1] * values[2 * x + 1];
            }
            return;
        }
        for (var x = 0; x < result.Length; x++)
            result[x] = TensorPrimitives.Dot(row.Slice(first[x], taps), values.AsSpan(x * taps, taps));
    }
}
