using CsCheck;
using Reverie.Imaging;

namespace Reverie.Tests.Imaging;

/// <summary>16-bit PNGs come to the last bit.</summary>
public class Png16Tests
{
    private static readonly Gen<(int Colour, int Height, int Width, uint Seed, bool Interlaced)> Cases = Gen.Select(
        Gen.Int[0, 3].Select(i => 2 * i), Gen.Int[1, 20], Gen.Int[1, 20], Gen.UInt, Gen.Bool);

    [Fact]
    public void Every_colour_type_filter_and_pass_is_read_exactly() => Cases.Sample(c =>
    {
        var samples = c.Colour switch { 0 => 1, 2 => 3, 4 => 2, _ => 4 };
        var random = new CounterRandom(c.Seed);
        var pixels = Enumerable.Range(0, c.Height * c.Width * samples).Select(_ => (ushort)random.NextUInt32()).ToArray();
        using var rows = new MemoryStream();
        foreach (var (x0, y0, dx, dy) in c.Interlaced ? Adam7 : [(0, 0, 1, 1)])
            WritePass(rows, c.Height, c.Width, samples, pixels, x0, y0, dx, dy, random);
        var picture = TestPictures.Load(TestPictures.Png(c.Colour, 16, c.Width, c.Height, rows.ToArray(), c.Interlaced));
        var plane = c.Height * c.Width;
        for (var i = 0; i < plane; i++)
        {
            for (var k = 0; k < 3; k++)
                Assert.Equal(pixels[i * samples + (samples >= 3 ? k : 0)] / 65535f, picture.Rgb[k * plane + i]);
            if (samples is 2 or 4) Assert.Equal(pixels[i * samples + samples - 1] / 65535f, picture.Alpha?[i] ?? 1);
            else Assert.Null(picture.Alpha);
        }
    }, iter: 200, threads: 1);

    [Fact]
    public void A_transparent_colour_must_match_to_the_last_bit()
    {
        var clear = TestPictures.BigEndian(1000, 2000, 3000);
        byte[] rows = [0, .. TestPictures.BigEndian(1000, 2000, 3000, 1000, 2000, 3001)];
        var picture = TestPictures.Load(TestPictures.Png(2, 16, 2, 1, rows, chunks: [("tRNS", clear)]));
        Assert.Equal([0, 1], picture.Alpha!);
        Assert.Equal([1000 / 65535f, 1000 / 65535f, 2000 / 65535f, 2000 / 65535f, 3000 / 65535f, 3001 / 65535f], picture.Rgb);
        Assert.Equal([1, 0], TestPictures.Load(TestPictures.Png(0, 16, 2, 1, [0, 3, 0, 3, 1], chunks: [("tRNS", [3, 1])])).Alpha!);
    }

    /// <summary>The pixels of a pass, filtered with methods that change from row to row.</summary>
    private static void WritePass(Stream rows, int height, int width, int samples, ushort[] pixels, int x0, int y0, int dx, int dy, CounterRandom random)
    {
        var count = (width - x0 + dx - 1) / dx;
        if (count <= 0) return;
        var pixelBytes = 2 * samples;
        var above = new byte[(1 + count) * pixelBytes];
        for (var y = y0; y < height; y += dy)
        {
            var places = Enumerable.Range(0, count).Select(i => y * width + x0 + i * dx);
            byte[] row = [.. new byte[pixelBytes], .. TestPictures.BigEndian([.. places.SelectMany(at => pixels[(at * samples)..((at + 1) * samples)])])];
            var filter = random.Next(0, 4);
            rows.WriteByte((byte)filter);
            for (var i = pixelBytes; i < row.Length; i++)
            {
                int left = row[i - pixelBytes], up = above[i], corner = above[i - pixelBytes];
                var guess = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Nearest(left + up - corner, left, up, corner) };
                rows.WriteByte((byte)(row[i] - guess));
            }
            above = row;
        }
    }

    private static int Nearest(int to, params int[] candidates) => candidates.MinBy(candidate => Math.Abs(candidate - to));

    private static readonly (int, int, int, int)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
}
