using CsCheck;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Style;

namespace Reverie.Tests.Style;

public class ColourTests
{
    [Fact]
    public void Oklab_there_and_back_is_the_same_colour() => Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((red, green, blue) =>
    {
        var (lightness, a, b) = ColourTransfer.ToOklab(red, green, blue);
        var back = ColourTransfer.FromOklab(lightness, a, b);
        Assert.Equal(red, back.Red, 1e-5);
        Assert.Equal(green, back.Green, 1e-5);
        Assert.Equal(blue, back.Blue, 1e-5);
    });

    [Fact]
    public void Oklab_is_ottossons()
    {
        // white has lightness 1 and no chroma; the values of pure red are those of his article
        var white = ColourTransfer.ToOklab(1, 1, 1);
        Assert.Equal(1, white.Lightness, 1e-4);
        Assert.Equal(0, white.A, 1e-4);
        var red = ColourTransfer.ToOklab(1, 0, 0);
        Assert.Equal(0.6280, red.Lightness, 1e-3);
        Assert.Equal(0.2249, red.A, 1e-3);
        Assert.Equal(0.1258, red.B, 1e-3);
    }

    [Fact]
    public void Recoloured_pictures_have_the_wanted_statistics()
    {
        var (one, two) = (Muted(StyleTransferTests.Picture(40, 40, 1), 0.4f), Muted(StyleTransferTests.Picture(30, 50, 2), 0.55f));
        var wanted = ColourStatistics.Of(two);
        var found = ColourStatistics.Of(ColourStatistics.Of(one).Recolour(one, wanted));
        for (var channel = 0; channel < 3; channel++) Assert.Equal(wanted.Mean[channel], found.Mean[channel], 1e-3);
        // noise drawn of either has the same covariance
        var (left, right) = (new float[3 * 2000], new float[3 * 2000]);
        wanted.FillNoise(left, new CounterRandom(1));
        found.FillNoise(right, new CounterRandom(1));
        Assert.All(left.Zip(right), pair => Assert.Equal(pair.First, pair.Second, 1e-2f));
    }

    [Theory]
    [InlineData(StyleColour.Match)]
    [InlineData(StyleColour.Luminance)]
    [InlineData(StyleColour.Oklab)]
    public void Kept_colours_are_nearer_to_the_contents(StyleColour colour)
    {
        var content = Muted(StyleTransferTests.Picture(48, 48, 1), 0.5f);
        for (var pixel = 0; pixel < 48 * 48; pixel++) content.Rgb[pixel] = 0.1f;
        var style = StyleTransferTests.Picture(48, 48, 2);
        var settings = new StyleTransfer { Scales = [new(48, 8)], Strength = 80 };
        Assert.True(Redness(settings with { Colour = colour }) < 0.5 * Redness(settings));

        // red was taken out of the content; the style brings it back where its colours are taken
        double Redness(StyleTransfer each)
        {
            var picture = each.Run(Network.Embedded, content, style).Picture;
            return Math.Abs(picture.Plane(0).ToArray().Average() - picture.Plane(1).ToArray().Average() - (0.1 - content.Plane(1).ToArray().Average()));
        }
    }

    private static Picture Muted(Picture picture, float middle) => new(picture.Height, picture.Width, Array.ConvertAll(picture.Rgb, value => middle + 0.3f * (value - 0.5f)));
}
