namespace Reverie.Tests.References;

/// <summary>
/// Pictures, projections and sample places made of a hash, the same to the bit as tests/references/hash_picture.py makes them (its docstring tells how).
/// </summary>
internal static class HashPicture
{
    private const int Projections = 16, Samples = 256;
    private const ulong ProjectionSeed = 1001, SampleSeed = 1002;
    private static readonly (int Pitch, int Weight)[] Octaves = [(64, 8), (16, 4), (4, 2), (1, 2)];

    /// <summary>SplitMix64's output at an index.</summary>
    public static ulong Hash(ulong seed, ulong index)
    {
        unchecked
        {
            var z = seed + (index + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Levels 0..255 of the planes red, green, blue [3,H,W].</summary>
    public static byte[] Levels(int height, int width, ulong seed)
    {
        var sums = new long[3 * height * width];
        for (var c = 0; c < 3; c++)
            for (var o = 0; o < Octaves.Length; o++)
            {
                var (pitch, weight) = Octaves[o];
                long scale = weight * (64 / pitch) * (64 / pitch);
                for (var y = 0; y < height; y++)
                    for (var x = 0; x < width; x++)
                    {
                        var (row, fy, column, fx) = (y / pitch, y % pitch, x / pitch, x % pitch);
                        var value = (pitch - fy) * ((pitch - fx) * Noise(row, column) + fx * Noise(row, column + 1))
                            + fy * ((pitch - fx) * Noise(row + 1, column) + fx * Noise(row + 1, column + 1));
                        sums[(c * height + y) * width + x] += scale * value;
                    }
                long Noise(long row, long column) => (long)(Hash(seed, (ulong)((((o * 3 + c) * 65536L + row) * 65536L) + column)) >> 48);
            }
        return Array.ConvertAll(sums, sum => (byte)(sum >> 24));
    }

    /// <summary>Flat places into an array of a length.</summary>
    public static int[] SamplePlaces(int count) => [.. Enumerable.Range(0, Samples).Select(index => (int)(Hash(SampleSeed, (ulong)index) % (ulong)count))];

    /// <summary>Dot products with vectors of +-1.</summary>
    public static double[] Project(ReadOnlySpan<double> values)
    {
        var sums = new double[Projections];
        for (var index = 0; index < values.Length; index++)
        {
            var bits = Hash(ProjectionSeed, (ulong)index);
            for (var k = 0; k < Projections; k++) sums[k] += ((bits >> k) & 1) == 1 ? -values[index] : values[index];
        }
        return sums;
    }
}
