using System.Numerics;

namespace Reverie.Imaging;

/// <summary>
/// The five predictions of PNG (ISO/IEC 15948, clause 9). Rows come with one pixel of zeros in front, so that the pixel to the left and the one
/// above it always exist.
/// </summary>
internal static class PngFilter
{
    public const int Count = 5;

    /// <summary>Subtracts prediction <paramref name="filter"/> from each byte of a row.</summary>
    /// <param name="filter">0 none, 1 left, 2 up, 3 average, 4 Paeth.</param>
    /// <param name="row">The row, with <paramref name="pixel"/> zeros in front.</param>
    /// <param name="above">The row above, likewise.</param>
    /// <param name="pixel">Bytes of a pixel.</param>
    /// <param name="result">The residuals, without the zeros.</param>
    /// <returns>The sum of the residuals' magnitudes as signed bytes: the smaller, the better they will probably compress.</returns>
    public static long Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int pixel, Span<byte> result)
    {
        var sum = 0L;
        var i = 0;
        for (; i <= result.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            var (left, up, corner) = (new Vector<byte>(row[i..]), new Vector<byte>(above[(i + pixel)..]), new Vector<byte>(above[i..]));
            var residual = new Vector<byte>(row[(i + pixel)..]) - filter switch
            {
                0 => Vector<byte>.Zero,
                1 => left,
                2 => up,
                3 => (left & up) + ((left ^ up) >>> 1),   // the average rounded down, without a ninth bit
                _ => Paeth(left, up, corner),
            };
            residual.CopyTo(result[i..]);
            Vector.Widen(Vector.Min(residual, Vector<byte>.Zero - residual), out var low, out var high);
            sum += Vector.Sum(low + high);
        }
        for (; i < result.Length; i++)
        {
            var (left, up, corner) = (row[i], above[i + pixel], above[i]);
            var residual = (byte)(row[i + pixel] - filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                _ => Paeth(left, up, corner),
            });
            result[i] = residual;
            sum += Math.Min(residual, (byte)-residual);
        }
        return sum;
    }

    /// <summary>Adds the prediction again to the residuals of a row, in place.</summary>
    /// <param name="filter">As for <see cref="Apply"/>.</param>
    /// <param name="row">The residuals, with <paramref name="pixel"/> zeros in front; becomes the row.</param>
    /// <param name="above">The row above, likewise.</param>
    /// <param name="pixel">Bytes of a pixel.</param>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixel)
    {
        switch (filter)
        {
            case 1:
                for (var i = pixel; i < row.Length; i++) row[i] += row[i - pixel];
                break;
            case 2:
                for (var i = pixel; i < row.Length; i++) row[i] += above[i];
                break;
            case 3:
                for (var i = pixel; i < row.Length; i++) row[i] += (byte)((row[i - pixel] + above[i]) / 2);
                break;
            case 4:
                for (var i = pixel; i < row.Length; i++) row[i] += (byte)Paeth(row[i - pixel], above[i], above[i - pixel]);
                break;
        }
    }

    /// <summary>Whichever of left, up and corner is nearest to left + up - corner; ties in that order.</summary>
    private static int Paeth(int left, int up, int corner)
    {
        var (a, b, c) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }

    private static Vector<byte> Paeth(Vector<byte> left, Vector<byte> up, Vector<byte> corner)
    {
        Vector.Widen(left, out var left1, out var left2);
        Vector.Widen(up, out var up1, out var up2);
        Vector.Widen(corner, out var corner1, out var corner2);
        return Vector.Narrow(
            Vector.AsVectorUInt16(Paeth(Vector.AsVectorInt16(left1), Vector.AsVectorInt16(up1), Vector.AsVectorInt16(corner1))),
            Vector.AsVectorUInt16(Paeth(Vector.AsVectorInt16(left2), Vector.AsVectorInt16(up2), Vector.AsVectorInt16(corner2))));
    }

    private static Vector<short> Paeth(Vector<short> left, Vector<short> up, Vector<short> corner)
    {
        var (a, b, c) = (Vector.Abs(up - corner), Vector.Abs(left - corner), Vector.Abs(left + up - corner - corner));
        var takeLeft = Vector.LessThanOrEqual(a, b) & Vector.LessThanOrEqual(a, c);
        return Vector.ConditionalSelect(takeLeft, left, Vector.ConditionalSelect(Vector.LessThanOrEqual(b, c), up, corner));
    }
}
