using CsCheck;
using Reverie.Imaging;

namespace Reverie.Tests.Imaging;

public class PictureRoundTripTests
{
    private static readonly Gen<Picture> Pictures = Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70], Gen.Bool, Gen.UInt).Select((h, w, translucent, seed) =>
    {
        var random = new CounterRandom(seed);
        var rgb = new float[3 * h * w];
        random.FillUniform(rgb);
        var alpha = translucent ? new float[h * w] : null;
        random.FillUniform(alpha);
        return new Picture(h, w, rgb, alpha);
    });

    [Theory]
    [InlineData("p.png", 8)]
    public void Lossless_formats_give_back_every_sample(string name, int bits) => Pictures.Sample(picture =>
    {
        using var folder = new TempFolder();
        picture.Save(folder[name], bits: bits);
        var back = Picture.Load(folder[name]);
        Assert.Equal((picture.Height, picture.Width), (back.Height, back.Width));
        // 16-bit samples come through half floats, which have 11 significant bits.
        var tolerance = bits == 8 ? 0.5f / 255 + 1e-6f : 1f / 4096 + 1e-5f;
        AssertClose(picture.Rgb, back.Rgb, tolerance);
        if (picture.Alpha is null) Assert.Null(back.Alpha);
        else AssertClose(picture.Alpha, back.Alpha ?? Enumerable.Repeat(1f, picture.Alpha.Length).ToArray(), tolerance);
    }, iter: 40);

    [Fact]
    public void Jpeg_comes_back_nearly()
    {
        using var folder = new TempFolder();
        var photo = Picture.Load(Shared.InRepository("samples", "chelsea.png"));
        photo.Save(folder["p.jpg"]);
        var back = Picture.Load(folder["p.jpg"]);
        var error = photo.Rgb.Zip(back.Rgb, (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(error, 0.0001, 0.01);
    }

    [Fact]
    public void Values_are_clamped_and_rounded_to_nearest()
    {
        using var folder = new TempFolder();
        new Picture(1, 3, [-1, 0.5f, 2, 0.2f / 255, 0.6f / 255, float.NaN, 253.4f / 255, 253.6f / 255, 1]).Save(folder["p.png"]);
        var bytes = Picture.Load(folder["p.png"]).Rgb.Select(v => (int)Math.Round(v * 255));
        Assert.Equal([0, 128, 255, 0, 1, 0, 253, 254, 255], bytes);
    }

    [Theory]
    [InlineData("p.png")]
    [InlineData("p.jpg")]
    [InlineData("p.webp")]
    public void Equal_pictures_and_texts_give_equal_bytes(string name)
    {
        using var folder = new TempFolder();
        var photo = Picture.Load(Shared.InRepository("samples", "coffee.png"));
        photo.Save(folder["1" + name], new PictureMetadata { ["b"] = "2", ["a"] = "1" });
        photo.Clone().Save(folder["2" + name], new PictureMetadata { ["a"] = "1", ["b"] = "2" });
        Assert.Equal(File.ReadAllBytes(folder["1" + name]), File.ReadAllBytes(folder["2" + name]));
    }

    private static void AssertClose(float[] expected, float[] actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance)) Assert.Fail($"value {i} is {actual[i]}, not {expected[i]}");
    }
}
