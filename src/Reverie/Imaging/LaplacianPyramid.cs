namespace Reverie.Imaging;

/// <summary>
/// The pyramid of Burt and Adelson (1983): planes split into bands of detail, each half the size of the one before, and a small residue; with
/// the binomial kernel [1 4 6 4 1]/16, normalised at the borders. Merging the bands gives the planes back, up to rounding.
/// </summary>
public static class LaplacianPyramid
{
    private static readonly float[] Kernel = [1 / 16f, 4 / 16f, 6 / 16f, 4 / 16f, 1 / 16f];

    /// <summary>A band of a pyramid.</summary>
    /// <param name="Planes">[C,H,W].</param>
    /// <param name="Height">Rows H.</param>
    /// <param name="Width">Columns W.</param>
    public sealed record Band(float[] Planes, int Height, int Width);

    /// <summary>Splits planes [C,H,W] into bands, the finest first; the last is the residue. Fewer than asked for where nothing is left to halve.</summary>
    public static List<Band> Split(float[] planes, int channels, int height, int width, int levels)
    {
        var bands = new List<Band>();
        var current = new Band(planes, height, width);
        while (bands.Count < levels && Math.Min(current.Height, current.Width) > 1)
        {
            var smaller = Halved(current, channels);
            var detail = Enlarged(smaller, channels, current.Height, current.Width);
            for (var index = 0; index < detail.Length; index++) detail[index] = current.Planes[index] - detail[index];
            bands.Add(current with { Planes = detail });
            current = smaller;
        }
        bands.Add(current);
        return bands;
    }

    /// <summary>Merges bands into planes of the size of the first.</summary>
    public static float[] Merge(IReadOnlyList<Band> bands, int channels)
    {
        var current = bands[^1].Planes;
        for (var level = bands.Count - 2; level >= 0; level--)
        {
            var enlarged = Enlarged(bands[level + 1] with { Planes = current }, channels, bands[level].Height, bands[level].Width);
            for (var index = 0; index < enlarged.Length; index++) enlarged[index] += bands[level].Planes[index];
            current = enlarged;
        }
        return current;
    }

    private static Band Halved(Band band, int channels)
    {
        var (height, width) = ((band.Height + 1) / 2, (band.Width + 1) / 2);
        var rows = Along(band.Planes, channels, band.Height, band.Width, height, Shrink);
        return new(Along(rows, channels * height, band.Width, 1, width, Shrink), height, width);
    }

    private static float[] Enlarged(Band band, int channels, int height, int width)
    {
        var rows = Along(band.Planes, channels, band.Height, band.Width, height, Grow);
        return Along(rows, channels * height, band.Width, 1, width, Grow);
    }

    private delegate void Line(ReadOnlySpan<float> from, Span<float> to);

    // Maps every line along one axis: planes [outer, length, inner] to [outer, newLength, inner].
    private static float[] Along(float[] planes, int outer, int length, int inner, int newLength, Line map)
    {
        var result = new float[outer * newLength * inner];
        var (from, to) = (new float[length], new float[newLength]);
        for (var block = 0; block < outer; block++)
            for (var offset = 0; offset < inner; offset++)
            {
                for (var index = 0; index < length; index++) from[index] = planes[(block * length + index) * inner + offset];
                map(from, to);
                for (var index = 0; index < newLength; index++) result[(block * newLength + index) * inner + offset] = to[index];
            }
        return result;
    }

    private static void Shrink(ReadOnlySpan<float> from, Span<float> to)
    {
        for (var index = 0; index < to.Length; index++)
        {
            var (sum, weight) = (0f, 0f);
            for (var tap = 0; tap < 5; tap++)
            {
                var source = 2 * index + tap - 2;
                if (source < 0 || source >= from.Length) continue;
                sum += Kernel[tap] * from[source];
                weight += Kernel[tap];
            }
            to[index] = sum / weight;
        }
    }

    private static void Grow(ReadOnlySpan<float> from, Span<float> to)
    {
        for (var index = 0; index < to.Length; index++)
        {
            var (sum, weight) = (0f, 0f);
            for (var source = Math.Max(0, (index - 1) / 2); source <= Math.Min(from.Length - 1, (index + 2) / 2); source++)
            {
                var tap = index - 2 * source + 2;
                if (tap is < 0 or > 4) continue;
                sum += Kernel[tap] * from[source];
                weight += Kernel[tap];
            }
            to[index] = sum / weight;
        }
    }
}
