using System.Numerics.Tensors;

namespace Reverie.Imaging;

/// <summary>
/// Bilinear resizing of planes that need not be in memory: two rows of them are, at any time. Along an axis with ends, end points stay end points, and the result is to the bit
/// that of <see cref="Resampling"/>; along one that wraps around, pixel centres keep their places on the circle.
/// </summary>
internal static class StoreResampling
{
    /// <summary>Resizes all planes of <paramref name="from"/> to the size of <paramref name="to"/>.</summary>
    public static void Resize(PlaneStore from, PlaneStore to, bool wrapsDown, bool wrapsAcross)
    {
        var (rows, columns) = (Taps(from.Height, to.Height, wrapsDown), Taps(from.Width, to.Width, wrapsAcross));
        float[][] source = [new float[from.Width], new float[from.Width]];
        long[] cached = [-1, -1];
        var last = 0;
        var (blended, result) = (new float[from.Width], new float[to.Width]);
        for (var channel = 0; channel < 3; channel++)
            for (var y = 0; y < to.Height; y++)
            {
                var (first, second, w1, w2) = rows[y];
                Blend(Row(channel, first), Row(channel, second), w1, w2, blended);
                for (var x = 0; x < result.Length; x++)
                {
                    var (left, right, v1, v2) = columns[x];
                    result[x] = blended[left] * v1 + blended[right] * v2;
                }
                to.Write(((long)channel * to.Height + y) * to.Width, result);
            }

        // The two rows read last: the next output row mostly draws on one of them.
        float[] Row(int channel, int y)
        {
            var place = ((long)channel * from.Height + y) * from.Width;
            var slot = cached[0] == place ? 0 : cached[1] == place ? 1 : 1 - last;
            last = slot;
            if (cached[slot] == place) return source[slot];
            from.Read(place, source[slot]);
            cached[slot] = place;
            return source[slot];
        }
    }

    private static void Blend(float[] first, float[] second, float w1, float w2, float[] blended)
    {
        if (w1 == 0) TensorPrimitives.Multiply(second, w2, blended);
        else
        {
            TensorPrimitives.Multiply(first, w1, blended);
            if (w2 != 0) TensorPrimitives.MultiplyAdd(second, w2, blended, blended);
        }
    }

    private static (int First, int Second, float W1, float W2)[] Taps(int size, int newSize, bool wraps)
    {
        var taps = new (int, int, float, float)[newSize];
        for (var index = 0; index < newSize; index++)
        {
            var position = wraps ? (index + 0.5) * size / newSize - 0.5 : newSize == 1 ? 0 : (double)index * (size - 1) / (newSize - 1);
            var first = (int)Math.Floor(position);
            if (!wraps) first = Math.Max(0, Math.Min(first, size - 2));
            var fraction = position - first;
            taps[index] = (Modulo(first), Modulo(first + 1), (float)(1 - fraction), (float)fraction);
        }
        return taps;

        int Modulo(int place) => ((place % size) + size) % size;
    }
}
