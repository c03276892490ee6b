namespace Reverie.Imaging;

/// <summary>Circular shift of planes, as <c>numpy.roll(x, (dy, dx), axis=(-2, -1))</c>: what leaves at one border comes in at the other.</summary>
public static class Roll
{
    /// <summary>
    /// Writes <c>destination[c, (y + dy) mod H, (x + dx) mod W] = source[c, y, x]</c>. Shifts may be negative or larger than the plane;
    /// the shift by (-dy, -dx) undoes the shift by (dy, dx) exactly.
    /// </summary>
    /// <param name="source">Planes [C,H,W], row-major.</param>
    /// <param name="channels">Number of planes C (for a batch: N·C).</param>
    /// <param name="height">Rows H of a plane.</param>
    /// <param name="width">Columns W of a plane.</param>
    /// <param name="dy">Rows to shift downwards.</param>
    /// <param name="dx">Columns to shift to the right.</param>
    /// <param name="destination">Planes [C,H,W]; must not overlap <paramref name="source"/>.</param>
    /// <exception cref="ArgumentException">A span's length is not C·H·W, or the spans overlap.</exception>
    public static void Shift(ReadOnlySpan<float> source, int channels, int height, int width, int dy, int dx, Span<float> destination)
    {
        var plane = Planes.Check(source.Length, channels, height, width, nameof(source));
        Planes.Check(destination.Length, channels, height, width, nameof(destination));
        if (source.Overlaps(destination)) throw new ArgumentException("the destination must not overlap the source", nameof(destination));
        var down = Modulo(dy, height);
        var right = Modulo(dx, width);
        for (var c = 0; c < channels; c++)
        {
            var from = source.Slice(c * plane, plane);
            var to = destination.Slice(c * plane, plane);
            if (right == 0)
            {
                from[..((height - down) * width)].CopyTo(to[(down * width)..]);
                from[((height - down) * width)..].CopyTo(to);
                continue;
            }
            for (var y = 0; y < height; y++)
            {
                var row = from.Slice(y * width, width);
                var target = to.Slice((y + down) % height * width, width);
                row[..(width - right)].CopyTo(target[right..]);
                row[(width - right)..].CopyTo(target);
            }
        }
    }

    private static int Modulo(int shift, int size)
    {
        var remainder = shift % size;
        return remainder < 0 ? remainder + size : remainder;
    }
}
