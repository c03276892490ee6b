using System.Numerics.Tensors;
using Reverie.Dream.Shaping;
using Reverie.Imaging;

namespace Reverie.Dream.Reports;

/// <summary>
/// Two pictures of one size compared, in passes over strips of rows, so that neither need be in memory: clipping, mean colour, total variation, distance and structural similarity.
/// </summary>
internal sealed class PictureComparison
{
    private const int StripRows = 128, Radius = 5;
    private const double Sigma = 1.5, C1 = 0.01 * 0.01, C2 = 0.03 * 0.03;

    private static readonly float[] Window = Kernel();

    private readonly int _width;
    private readonly double[] _variation = new double[2], _clipped = new double[2];
    private readonly double[,] _colour = new double[2, 3];
    private double _squares, _similarity;
    private long _similar;

    private PictureComparison(int width) => _width = width;

    /// <summary>Compares.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ReportCard Compare(PlaneStore before, PlaneStore after, CancellationToken cancellation)
    {
        var comparison = new PictureComparison(before.Width);
        for (var top = 0; top < before.Height; top += StripRows)
        {
            cancellation.ThrowIfCancellationRequested();
            comparison.Add(before, after, top, Math.Min(StripRows, before.Height - top));
        }
        var count = (double)before.Count;
        var area = count / 3;
        var shift = Math.Sqrt(Enumerable.Range(0, 3).Sum(axis => Math.Pow((comparison._colour[1, axis] - comparison._colour[0, axis]) / area, 2)));
        return new()
        {
            ClippedBefore = comparison._clipped[0] / count,
            ClippedAfter = comparison._clipped[1] / count,
            ColourShift = shift,
            TotalVariationRatio = comparison._variation[0] > 0 ? comparison._variation[1] / comparison._variation[0] : null,
            Ssim = comparison._similar > 0 ? comparison._similarity / comparison._similar : null,
            Psnr = comparison._squares > 0 ? -10 * Math.Log10(comparison._squares / count) : null,
        };
    }

    private void Add(PlaneStore before, PlaneStore after, int top, int rows)
    {
        // one row more for the steps downwards, and the window's reach for the similarity
        var (first, last) = (Math.Max(0, top - Radius), Math.Min(before.Height, top + rows + Radius));
        var (left, right) = (Strip(before, first, last - first), Strip(after, first, last - first));
        var (from, height) = (top - first, last - first);
        Count(0, left, from, rows, height);
        Count(1, right, from, rows, height);
        for (var channel = 0; channel < 3; channel++)
        {
            var place = (channel * height + from) * _width;
            var difference = new float[rows * _width];
            TensorPrimitives.Subtract(right.AsSpan(place, difference.Length), left.AsSpan(place, difference.Length), difference);
            _squares += Reduction.AddSquares(0, difference);
        }
        Similarity(Luma(left, height), Luma(right, height), height);
    }

    private static float[] Strip(PlaneStore store, int top, int rows)
    {
        var strip = new float[3 * rows * store.Width];
        store.ReadCrop(top, 0, rows, store.Width, strip);
        return strip;
    }

    private void Count(int which, float[] strip, int from, int rows, int height)
    {
        var own = new Picture(rows, _width);
        for (var channel = 0; channel < 3; channel++)
            for (var y = from; y < from + rows; y++)
            {
                var row = strip.AsSpan((channel * height + y) * _width, _width);
                row.CopyTo(own.Rgb.AsSpan((channel * rows + y - from) * _width));
                var (clipped, variation) = (0, 0.0);
                foreach (var value in row)
                    if (value is <= 1f / 255 or >= 254f / 255) clipped++;
                for (var x = 1; x < row.Length; x++) variation += Math.Abs(row[x] - row[x - 1]);
                if (y + 1 < height)
                {
                    var next = strip.AsSpan((channel * height + y + 1) * _width, _width);
                    for (var x = 0; x < row.Length; x++) variation += Math.Abs(next[x] - row[x]);
                }
                _clipped[which] += clipped;
                _variation[which] += variation;
            }
        var lab = Cielab.Of(own);
        for (var axis = 0; axis < 3; axis++) _colour[which, axis] += Reduction.AddValues(0, lab.AsSpan(axis * rows * _width, rows * _width));
    }

    private float[] Luma(float[] strip, int height)
    {
        var plane = height * _width;
        var luma = new float[plane];
        for (var index = 0; index < plane; index++) luma[index] = 0.299f * strip[index] + 0.587f * strip[plane + index] + 0.114f * strip[2 * plane + index];
        return luma;
    }

    // Windows that lie within the strip; strips overlap so that each window of the picture is in one of them.
    private void Similarity(float[] a, float[] b, int height)
    {
        var (rows, columns) = (height - 2 * Radius, _width - 2 * Radius);
        if (rows <= 0 || columns <= 0) return;
        float[] aa = new float[a.Length], bb = new float[a.Length], ab = new float[a.Length];
        TensorPrimitives.Multiply(a, a, aa);
        TensorPrimitives.Multiply(b, b, bb);
        TensorPrimitives.Multiply(a, b, ab);
        float[][] means = [.. new[] { a, b, aa, bb, ab }.Select(plane => Smoothed(plane, rows, columns))];
        for (var index = 0; index < rows * columns; index++)
        {
            double x = means[0][index], y = means[1][index];
            double xx = means[2][index] - x * x, yy = means[3][index] - y * y, xy = means[4][index] - x * y;
            _similarity += (2 * x * y + C1) * (2 * xy + C2) / ((x * x + y * y + C1) * (xx + yy + C2));
        }
        _similar += (long)rows * columns;
    }

    private float[] Smoothed(float[] plane, int rows, int columns)
    {
        var (blended, result) = (new float[_width], new float[rows * columns]);
        for (var y = 0; y < rows; y++)
        {
            Array.Clear(blended);
            for (var tap = 0; tap < Window.Length; tap++) TensorPrimitives.MultiplyAdd(plane.AsSpan((y + tap) * _width, _width), Window[tap], blended, blended);
            var row = result.AsSpan(y * columns, columns);
            for (var tap = 0; tap < Window.Length; tap++) TensorPrimitives.MultiplyAdd(blended.AsSpan(tap, columns), Window[tap], row, row);
        }
        return result;
    }

    private static float[] Kernel()
    {
        var weights = Enumerable.Range(-Radius, 2 * Radius + 1).Select(offset => Math.Exp(-offset * offset / (2 * Sigma * Sigma))).ToArray();
        return Array.ConvertAll(weights, weight => (float)(weight / weights.Sum()));
    }
}
