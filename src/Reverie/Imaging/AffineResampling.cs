namespace Reverie.Imaging;

/// <summary>
/// Pictures turned, enlarged and shifted, by Keys' cubic with a = -1/2 (Catmull-Rom). Beyond its borders a picture is mirrored, or goes on at the opposite side. Each row is computed
/// on its own, so that the result does not depend on the number of threads.
/// </summary>
internal static class AffineResampling
{
    /// <summary>Resamples planes [C,H,W] into new ones of the same size, kept within 0 to 1.</summary>
    public static float[] Apply(float[] planes, int channels, int height, int width, AffineMap map, bool wrapsDown, bool wrapsAcross)
    {
        var area = Planes.Check(planes.Length, channels, height, width, nameof(planes));
        var result = new float[planes.Length];
        Parallel.For(0, height, y =>
        {
            Span<int> rows = stackalloc int[4], columns = stackalloc int[4];
            Span<float> down = stackalloc float[4], across = stackalloc float[4];
            for (var x = 0; x < width; x++)
            {
                var (fromX, fromY) = map.At(x, y);
                Taps(fromY, height, wrapsDown, rows, down);
                Taps(fromX, width, wrapsAcross, columns, across);
                for (var channel = 0; channel < channels; channel++)
                {
                    var sum = 0f;
                    for (var row = 0; row < 4; row++)
                    {
                        var line = planes.AsSpan(channel * area + rows[row] * width, width);
                        sum += down[row] * (across[0] * line[columns[0]] + across[1] * line[columns[1]] + across[2] * line[columns[2]] + across[3] * line[columns[3]]);
                    }
                    result[channel * area + y * width + x] = Math.Clamp(sum, 0, 1);
                }
            }
        });
        return result;
    }

    private static void Taps(double position, int size, bool wraps, Span<int> places, Span<float> weights)
    {
        var first = (long)Math.Floor(position);
        var t = position - first;
        for (var tap = 0; tap < 4; tap++) places[tap] = Within(first - 1 + tap, size, wraps);
        weights[0] = (float)(((-0.5 * t + 1) * t - 0.5) * t);
        weights[1] = (float)((1.5 * t - 2.5) * t * t + 1);
        weights[2] = (float)(((-1.5 * t + 2) * t + 0.5) * t);
        weights[3] = (float)((0.5 * t - 0.5) * t * t);
    }

    // Mirrored about the border pixel's outer edge, so that it is there twice.
    private static int Within(long place, int size, bool wraps)
    {
        if (place >= 0 && place < size) return (int)place;
        var period = wraps ? size : 2L * size;
        place = (place % period + period) % period;
        return (int)(place < size ? place : period - 1 - place);
    }
}
