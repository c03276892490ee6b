using System.Text.Json;
using CsCheck;
using Reverie.Imaging;

namespace Reverie.Tests.Imaging;

public class ResamplingTests
{
    private static readonly Gen<(int H, int W, int NewH, int NewW, ResampleKernel Kernel, uint Seed)> Cases = Gen.Select(
        Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 60], Gen.Int[1, 60], Gen.Enum<ResampleKernel>(), Gen.UInt);

    [Theory]
    [InlineData(ResampleKernel.BilinearAlignCorners)]
    [InlineData(ResampleKernel.Bilinear)]
    [InlineData(ResampleKernel.Triangle)]
    [InlineData(ResampleKernel.CatmullRom)]
    [InlineData(ResampleKernel.Lanczos3)]
    public void Resizing_gives_what_PyTorch_or_Pillow_gives(ResampleKernel kernel)
    {
        using var stored = JsonDocument.Parse(File.ReadAllBytes(Shared.InRepository("tests", "references", "resampling.json")));
        var cases = stored.RootElement.GetProperty("cases").EnumerateArray().ToArray();
        Assert.Equal(8, cases.Length);
        foreach (var each in cases)
        {
            var (from, to) = (Floats(each.GetProperty("from")), Floats(each.GetProperty("to")));
            var expected = Floats(each.GetProperty("output").GetProperty(kernel.ToString()));
            var actual = Resampling.Resize(Floats(each.GetProperty("input")), 1, (int)from[0], (int)from[1], (int)to[0], (int)to[1], kernel);
            Assert.Equal(expected.Length, actual.Length);
            for (var i = 0; i < expected.Length; i++)
                if (!(Math.Abs(expected[i] - actual[i]) <= 1e-6f)) Assert.Fail($"{from[0]} x {from[1]} to {to[0]} x {to[1]}: value {i} is {actual[i]}, not {expected[i]}");
        }
    }

    [Fact]
    public void A_constant_stays_constant() => Cases.Sample(c =>
    {
        var source = Enumerable.Repeat(0.7f, 2 * c.H * c.W).ToArray();
        Assert.All(Resampling.Resize(source, 2, c.H, c.W, c.NewH, c.NewW, c.Kernel), v => Assert.Equal(0.7f, v, 2e-6f));
    });

    [Fact]
    public void The_same_size_is_the_identity_for_all_but_mitchell() => Cases.Sample(c =>
    {
        var source = Values(c.Seed, c.H * c.W);
        var same = Resampling.Resize(source, 1, c.H, c.W, c.H, c.W, c.Kernel);
        if (c.Kernel != ResampleKernel.Mitchell) Assert.Equal(source, same);
    });

    [Fact]
    public void Mitchell_at_the_same_size_weighs_1_16_1_by_18ths()
    {
        var impulse = new float[7 * 7];
        impulse[24] = 18 * 18;
        var blurred = Resampling.Resize(impulse, 1, 7, 7, 7, 7, ResampleKernel.Mitchell);
        float[] weights = [0, 0, 1, 16, 1, 0, 0];
        for (var i = 0; i < 49; i++) Assert.Equal(weights[i / 7] * weights[i % 7], blurred[i], 1e-3f);
    }

    [Fact]
    public void Turning_the_picture_turns_the_result() => Cases.Sample(c =>
    {
        var source = Values(c.Seed, c.H * c.W);
        var once = Resampling.Resize(source, 1, c.H, c.W, c.NewH, c.NewW, c.Kernel);
        var turned = Resampling.Resize(Transposed(source, c.H, c.W), 1, c.W, c.H, c.NewW, c.NewH, c.Kernel);
        var back = Transposed(turned, c.NewW, c.NewH);
        for (var i = 0; i < once.Length; i++) Assert.Equal(once[i], back[i], 3e-6f);
    });

    [Fact]
    public void Aligned_corners_stay_and_straight_lines_stay_straight() => Cases.Sample(c =>
    {
        var source = Enumerable.Range(0, c.H * c.W).Select(i => i / c.W * 2f + i % c.W * 3f + 1).ToArray();
        var result = Resampling.Resize(source, 1, c.H, c.W, c.NewH, c.NewW, ResampleKernel.BilinearAlignCorners);
        for (var y = 0; y < c.NewH; y++)
            for (var x = 0; x < c.NewW; x++)
            {
                var (v, u) = (c.NewH == 1 ? 0 : (double)y * (c.H - 1) / (c.NewH - 1), c.NewW == 1 ? 0 : (double)x * (c.W - 1) / (c.NewW - 1));
                Assert.Equal(2 * v + 3 * u + 1, result[y * c.NewW + x], 1e-4);
            }
        Assert.Equal(source[0], result[0]);
        if (c.NewH > 1 && c.NewW > 1) Assert.Equal(source[^1], result[^1]);
    });

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var source = Values(9, 3 * 301 * 203);
        foreach (var kernel in Enum.GetValues<ResampleKernel>())
        {
            var single = new float[3 * 400 * 151];
            Resampling.Resize(source, 3, 301, 203, single, 400, 151, kernel, threads: 1);
            foreach (var threads in new[] { 0, 2, 5 })
            {
                var several = new float[single.Length];
                Resampling.Resize(source, 3, 301, 203, several, 400, 151, kernel, threads);
                Assert.Equal(single, several);
            }
        }
    }

    [Fact]
    public void Planes_are_resized_on_their_own()
    {
        var source = Values(4, 3 * 11 * 13);
        var all = Resampling.Resize(source, 3, 11, 13, 17, 5, ResampleKernel.Lanczos3);
        for (var c = 0; c < 3; c++)
            Assert.Equal(Resampling.Resize(source.AsSpan(c * 11 * 13, 11 * 13), 1, 11, 13, 17, 5, ResampleKernel.Lanczos3), all[(c * 17 * 5)..((c + 1) * 17 * 5)]);
    }

    [Fact]
    public void Wrong_lengths_and_overlaps_are_refused()
    {
        var planes = new float[12];
        Assert.Throws<ArgumentException>(() => Resampling.Resize(planes, 1, 3, 5, new float[4], 2, 2, ResampleKernel.Triangle));
        Assert.Throws<ArgumentException>(() => Resampling.Resize(planes, 1, 3, 4, new float[5], 2, 2, ResampleKernel.Triangle));
        Assert.Throws<ArgumentException>(() => Resampling.Resize(planes, 1, 3, 4, planes.AsSpan(0, 4), 2, 2, ResampleKernel.Triangle));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampling.Resize(planes, 1, 3, 4, new float[4], 2, 2, (ResampleKernel)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampling.Resize(planes, 1, 3, 4, 0, 2, ResampleKernel.Triangle));
    }

    private static float[] Values(uint seed, int count)
    {
        var values = new float[count];
        new CounterRandom(seed).FillUniform(values);
        return values;
    }

    private static float[] Transposed(float[] plane, int height, int width) =>
        [.. Enumerable.Range(0, plane.Length).Select(i => plane[i % height * width + i / height])];

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];
}
