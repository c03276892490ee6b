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

    // Kept from strip to strip: what a large picture's strips are made of would else wait for the collector by the gigabyte.
    private readonly float[][] _strips, _planes, _means;
    private readonly float[] _blended, _lab;
    private Picture? _own;

    private PictureComparison(int width)
    {
        _width = width;
        var plane = (StripRows + 2 * Radius) * width;
        (_strips, _planes, _means) = (Buffers(2, 3 * plane), Buffers(5, plane), Buffers(5, StripRows * width));
        (_blended, _lab) = (new float[width], new float[3 * StripRows * width]);

        static float[][] Buffers(int count, int length) => [.. Enumerable.Range(0, count).Select(_ => new float[length])];
    }

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
        var (from, height) = (top - first, last - first);
        var left = _strips[0].AsSpan(0, 3 * height * _width);
        var right = _strips[1].AsSpan(0, left.Length);
        before.ReadCrop(first, 0, height, _width, left);
        after.ReadCrop(first, 0, height, _width, right);
        Count(0, left, from, rows, height);
        Count(1, right, from, rows, height);
        for (var channel = 0; channel < 3; channel++)
        {
            var place = (channel * height + from) * _width;
            var difference = _planes[0].AsSpan(0, rows * _width);
            TensorPrimitives.Subtract(right.Slice(place, difference.Length), left.Slice(place, difference.Length), difference);
            _squares += Reduction.AddSquares(0, difference);
        }
        Luma(left, _planes[0]);
        Luma(right, _planes[1]);
        Similarity(height);
    }

    private void Count(int which, Span<float> strip, int from, int rows, int height)
    {
        var own = _own is { } last && last.Height == rows ? last : _own = new(rows, _width);
        for (var channel = 0; channel < 3; channel++)
            for (var y = from; y < from + rows; y++)
            {
                var row = strip.Slice((channel * height + y) * _width, _width);
                row.CopyTo(own.Rgb.AsSpan((channel * rows + y - from) * _width));
                var (clipped, variation) = (0, 0.0);
                foreach (var value in row)
                    if (value is <= 1f / 255 or >= 254f / 255) clipped++;
                for (var x = 1; x < row.Length; x++) variation += Math.Abs(row[x] - row[x - 1]);
                if (y + 1 < height)
                {
                    var next = strip.Slice((channel * height + y + 1) * _width, _width);
                    for (var x = 0; x < row.Length; x++) variation += Math.Abs(next[x] - row[x]);
                }
                _clipped[which] += clipped;
                _variation[which] += variation;
            }
        var lab = _lab.AsSpan(0, own.Rgb.Length);
        Cielab.Of(own, lab);
        for (var axis = 0; axis < 3; axis++) _colour[which, axis] += Reduction.AddValues(0, lab.Slice(axis * rows * _width, rows * _width));
    }

    private static void Luma(ReadOnlySpan<float> strip, float[] luma)
    {
        var plane = strip.Length / 3;
        for (var index = 0; index < plane; index++) luma[index] = 0.299f * strip[index] + 0.587f * strip[plane + index] + 0.114f * strip[2 * plane + index];
    }

    // Windows that lie within the strip; strips overlap so that each window of the picture is in one of them.
    private void Similarity(int height)
    {
        var (rows, columns) = (height - 2 * Radius, _width - 2 * Radius);
        if (rows <= 0 || columns <= 0) return;
        var plane = height * _width;
        var a = _planes[0].AsSpan(0, plane);
        var b = _planes[1].AsSpan(0, plane);
        TensorPrimitives.Multiply(a, a, _planes[2]);
        TensorPrimitives.Multiply(b, b, _planes[3]);
        TensorPrimitives.Multiply(a, b, _planes[4]);
        var means = _means;
        for (var which = 0; which < means.Length; which++) Smooth(_planes[which], rows, columns, means[which]);
        for (var index = 0; index < rows * columns; index++)
        {
            double x = means[0][index], y = means[1][index];
            double xx = means[2][index] - x * x, yy = means[3][index] - y * y, xy = means[4][index] - x * y;
            _similarity += (2 * x * y + C1) * (2 * xy + C2) / ((x * x + y * y + C1) * (xx + yy + C2));
        }
        _similar += (long)rows * columns;
    }

    private void Smooth(float[] plane, int rows, int columns, float[] result)
    {
        for (var y = 0; y < rows; y++)
        {
            Array.Clear(_blended);
            for (var tap = 0; tap < Window.Length; tap++) TensorPrimitives.MultiplyAdd(plane.AsSpan((y + tap) * _width, _width), Window[tap], _blended, _blended);
            var row = result.AsSpan(y * columns, columns);
            row.Clear();
            for (var tap = 0; tap < Window.Length; tap++) TensorPrimitives.MultiplyAdd(_blended.AsSpan(tap, columns), Window[tap], row, row);
        }
    }

    private static float[] Kernel()
    {
        var weights = Enumerable.Range(-Radius, 2 * Radius + 1).Select(offset => Math.Exp(-offset * offset / (2 * Sigma * Sigma))).ToArray();
        return Array.ConvertAll(weights, weight => (float)(weight / weights.Sum()));
    }
}
