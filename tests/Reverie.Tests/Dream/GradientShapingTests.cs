using CsCheck;
using Reverie.Dream;
using Reverie.Dream.Shaping;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Dream;

public class GradientShapingTests
{
    private static readonly Gen<(int Height, int Width, ulong Seed)> Sizes = Gen.Select(Gen.Int[1, 33], Gen.Int[1, 33], Gen.ULong);

    [Fact]
    public void A_pyramid_merges_to_what_was_split() => Sizes.Sample(size =>
    {
        var planes = Noise(size);
        var bands = LaplacianPyramid.Split(planes, 3, size.Height, size.Width, 4);
        var merged = LaplacianPyramid.Merge(bands, 3);
        for (var index = 0; index < planes.Length; index++) Assert.Equal(planes[index], merged[index], 1e-5f);
    }, iter: 60);

    [Fact]
    public void Blurring_keeps_constants_and_is_symmetric() => Gen.Select(Sizes, Gen.Double[0.3, 4]).Sample(pair =>
    {
        var ((height, width, seed), sigma) = pair;
        var constant = Enumerable.Repeat(0.7f, height * width).ToArray();
        var result = new float[constant.Length];
        GaussianBlur.Apply(constant, 1, height, width, sigma, result);
        Assert.All(result, value => Assert.Equal(0.7f, value, 1e-5f));
        // the picture upside down, blurred, is the blurred picture upside down
        var noise = Noise((height, width, seed));
        var (straight, turned) = (new float[noise.Length], new float[noise.Length]);
        GaussianBlur.Apply(noise, 3, height, width, sigma, straight);
        GaussianBlur.Apply([.. noise.Reverse()], 3, height, width, sigma, turned);
        for (var index = 0; index < noise.Length; index++) Assert.Equal(straight[index], turned[^(index + 1)], 1e-5f);
    }, iter: 40);

    [Fact]
    public void Total_variation_pulls_down_its_gradient() => Sizes.Sample(size =>
    {
        var (x, d) = (Noise(size), Noise(size with { Seed = size.Seed ^ 1 }));
        var gradient = Enumerable.Repeat(1f, x.Length).ToArray();   // of mean magnitude 1
        new TotalVariation(0.5).Apply(gradient, x, new(size.Height, size.Width));
        var slope = gradient.Zip(d, (g, e) => (double)(g - 1) * e).Sum();
        const double H = 1e-5;
        var difference = -0.5 * (Variation(H) - Variation(-H)) / (2 * H);
        Assert.Equal(difference, slope, 1e-3 * Math.Max(1, Math.Abs(difference)));

        double Variation(double h)
        {
            var y = x.Zip(d, (a, b) => a + h * b).ToArray();
            var sum = 0.0;
            for (var index = 0; index < y.Length; index++)
            {
                var (row, column) = (index / size.Width % size.Height, index % size.Width);
                if (column + 1 < size.Width) sum += Soft(y[index + 1] - y[index]);
                if (row + 1 < size.Height) sum += Soft(y[index + size.Width] - y[index]);
            }
            return sum;
        }

        static double Soft(double difference) => Math.Sqrt(difference * difference + 0.02 * 0.02);
    }, iter: 40);

    [Fact]
    public void Laplacian_normalisation_gives_every_band_the_same_strength()
    {
        // a faint slow wave beside a strong fast one
        var planes = new float[3 * 64 * 64];
        for (var index = 0; index < planes.Length; index++)
            planes[index] = 0.01f * MathF.Sin(2 * MathF.PI * (index % 64) / 32) + (index % 2 == 0 ? 1 : -1);
        new LaplacianNormalisation().Apply(planes, planes, new(64, 64));
        var bands = LaplacianPyramid.Split(planes, 3, 64, 64, 4).Select(band => Reduction.RootMeanSquare(band.Planes)).ToList();
        Assert.True(bands.Max() / bands.Skip(2).Take(2).Max() < 4, string.Join(' ', bands));
    }

    [Fact]
    public void Adams_first_step_is_the_sign()
    {
        var gradient = Noise((5, 7, 3));
        var signs = gradient.Select(g => (float)Math.Sign(g)).ToArray();
        Assert.Equal(1, new Adam(gradient.Length).Divisor(gradient));
        for (var index = 0; index < signs.Length; index++) Assert.Equal(signs[index], gradient[index], 1e-3f);
        Assert.Equal(0, new Adam(3).Divisor(new float[3]));
    }

    [Fact]
    public void Colours_stay_as_they_are_told_to()
    {
        var photo = CardCheck.Sample().Resize(96, 96);
        var settings = new DeepDream { Octaves = 2, Steps = 4 };
        var moments = (settings with { Colours = ColourLock.Moments }).Run(Network.Embedded, photo).Picture;
        for (var channel = 0; channel < 3; channel++)
        {
            Assert.Equal(Reduction.Mean(photo.Plane(channel)), Reduction.Mean(moments.Plane(channel)), 0.01);
            Assert.Equal(Reduction.StandardDeviation(photo.Plane(channel)), Reduction.StandardDeviation(moments.Plane(channel)), 0.01);
        }
        var chroma = (settings with { Colours = ColourLock.Chroma }).Run(Network.Embedded, photo).Picture;
        var off = 0;
        for (var index = 0; index < 96 * 96; index++)
        {
            // red minus blue moves only where a plane meets a bound
            var (before, after) = (photo.Rgb[index] - photo.Rgb[2 * 96 * 96 + index], chroma.Rgb[index] - chroma.Rgb[2 * 96 * 96 + index]);
            if (Math.Abs(before - after) > 1e-4) off++;
        }
        Assert.True(off < 96 * 96 / 10, $"{off}");
        Assert.NotEqual(photo.Rgb, chroma.Rgb);
    }

    [Theory]
    [InlineData(GradientNorm.Deviation, GradientSmoothing.None, 0, OctaveCarry.Detail)]
    [InlineData(GradientNorm.Adam, GradientSmoothing.None, 0.1, OctaveCarry.Picture)]
    [InlineData(GradientNorm.Mean, GradientSmoothing.Laplacian, 0, OctaveCarry.Detail)]
    [InlineData(GradientNorm.Deviation, GradientSmoothing.Cascade, 0, OctaveCarry.Picture)]
    public void Every_way_of_shaping_makes_the_layer_more_active(GradientNorm norm, GradientSmoothing smoothing, double variation, OctaveCarry carry)
    {
        var settings = new DeepDream { Octaves = 2, Steps = 4, Normaliser = norm, Smoothing = smoothing, TotalVariation = variation, Carry = carry };
        var result = settings.Run(Network.Embedded, CardCheck.Sample().Resize(112, 112));
        Assert.True(result.Gain > 1.2, $"{result.Gain}");
    }

    private static float[] Noise((int Height, int Width, ulong Seed) size)
    {
        var noise = new float[3 * size.Height * size.Width];
        new CounterRandom(size.Seed).FillUniform(noise, -1, 1);
        return noise;
    }
}
