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
    [InlineData("p.png", 16)]
    [InlineData("p.webp", 8)]
    public void Lossless_formats_give_back_every_sample(string name, int bits) => Pictures.Sample(picture =>
    {
        using var folder = new TempFolder();
        picture.Save(folder[name], bits: bits);
        var back = Picture.Load(folder[name]);
        Assert.Equal((picture.Height, picture.Width), (back.Height, back.Width));
        var most = bits == 8 ? 255f : 65535f;
        var alpha = picture.Alpha?.Select(v => MathF.Floor(v * most + 0.5f) / most).ToArray();
        for (var i = 0; i < picture.Rgb.Length; i++)
        {
            // WebP has no colour where there is nothing to see.
            var expected = name == "p.webp" && alpha?[i % alpha.Length] == 0 ? 0 : MathF.Floor(picture.Rgb[i] * most + 0.5f) / most;
            if (back.Rgb[i] != expected) Assert.Fail($"sample {i} is {back.Rgb[i]}, not {expected}");
        }
        if (alpha is null || alpha.All(v => v == 1)) Assert.Null(back.Alpha);
        else Assert.Equal(alpha, back.Alpha);

        // What has been read is written again to the same bytes.
        back.Save(folder["again" + name], bits: bits);
        Assert.Equal(File.ReadAllBytes(folder[name]), File.ReadAllBytes(folder["again" + name]));
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
}
