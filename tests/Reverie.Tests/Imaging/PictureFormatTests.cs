using Reverie.Imaging;
using SkiaSharp;

namespace Reverie.Tests.Imaging;

/// <summary>What each kind of file decodes to, sample by sample.</summary>
public class PictureFormatTests
{
    [Fact]
    public void A_grey_jpeg_has_three_equal_planes()
    {
        var grey = Enumerable.Range(0, 32 * 32).Select(i => (byte)(i / 4)).ToArray();
        var jpeg = TestPictures.Encoded(new SKImageInfo(32, 32, SKColorType.Gray8), grey, SKEncodedImageFormat.Jpeg);
        Assert.Equal(1, jpeg[jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 9]);   // one component: it is grey in the file, too
        var picture = TestPictures.Load(jpeg);
        Assert.True(picture.Plane(0).SequenceEqual(picture.Plane(1)) && picture.Plane(0).SequenceEqual(picture.Plane(2)));
        for (var i = 0; i < grey.Length; i++) Assert.Equal(grey[i] / 255f, picture.Rgb[i], 0.02f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_palette_png_has_its_palettes_colours_and_alphas(int bits)
    {
        // pixels 0, 1, 1, 0 of a palette of two colours, the second half clear
        byte row = bits switch { 1 => 0b0110_0000, 2 => 0b00_01_01_00, _ => 0 };
        byte[] rows = bits switch { 4 => [0, 0x01, 0x10], 8 => [0, 0, 1, 1, 0], _ => [0, row] };
        var picture = TestPictures.Load(TestPictures.Png(3, bits, 4, 1, rows, chunks: [("PLTE", [10, 20, 30, 200, 150, 100]), ("tRNS", [255, 128])]));
        Assert.Equal([10, 200, 200, 10, 20, 150, 150, 20, 30, 100, 100, 30], picture.Bytes());
        Assert.Equal([1, 128 / 255f, 128 / 255f, 1], picture.Alpha!);
    }

    [Fact]
    public void Grey_png_with_alpha_and_with_a_transparent_grey()
    {
        var picture = TestPictures.Load(TestPictures.Png(4, 8, 2, 1, [0, 50, 255, 60, 7]));
        Assert.Equal([50, 60, 50, 60, 50, 60], picture.Bytes());
        Assert.Equal([1, 7 / 255f], picture.Alpha!);
        Assert.Equal([0, 1], TestPictures.Load(TestPictures.Png(0, 8, 2, 1, [0, 50, 60], chunks: [("tRNS", [0, 50])])).Alpha!);
    }

    [Fact]
    public void Colours_under_clear_pixels_survive_in_png_and_are_black_in_webp()
    {
        using var folder = new TempFolder();
        var picture = new Picture(1, 2, [0.2f, 0.4f, 0.6f, 0.8f, 1, 0], [0, 1]);
        picture.Save(folder["p.png"]);
        picture.Save(folder["p.webp"]);
        Assert.Equal([51, 102, 153, 204, 255, 0], Picture.Load(folder["p.png"]).Bytes());
        var webp = Picture.Load(folder["p.webp"]);
        Assert.Equal([0, 102, 0, 204, 0, 0], webp.Bytes());
        Assert.Equal([0, 1], webp.Alpha!);
    }

    [Fact]
    public void Alpha_that_is_full_everywhere_is_dropped()
    {
        using var folder = new TempFolder();
        new Picture(1, 2, new float[6], [1, 1]).Save(folder["p.png"]);
        Assert.Null(Picture.Load(folder["p.png"]).Alpha);
    }

    [Fact]
    public void The_first_frame_of_an_animation_is_taken()
    {
        var picture = TestPictures.Load(TestPictures.Gif);
        Assert.Equal((2, 3), (picture.Height, picture.Width));
        Assert.Equal([255, 0, 0, 255, 255, 255, 0, 255, 0, 255, 255, 0, 0, 0, 255, 255, 255, 0], picture.Bytes());
        Assert.Null(picture.Alpha);
    }

    [Fact]
    public void The_transparent_colour_of_a_gif_is_clear()
    {
        var gif = (byte[])TestPictures.Gif.Clone();
        var control = gif.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x21, 0xF9]);
        (gif[control + 3], gif[control + 6]) = (1, 3);
        Assert.Equal([1, 1, 1, 0, 0, 1], TestPictures.Load(gif).Alpha!);
    }

    [Fact]
    public void Bmp_rows_run_from_the_bottom()
    {
        var picture = TestPictures.Load(TestPictures.Bmp(3, 5, (y, x) => ((byte)(10 * y + x), (byte)(100 + y), (byte)(200 + x))));
        for (var y = 0; y < 3; y++)
            for (var x = 0; x < 5; x++)
                Assert.Equal((10 * y + x, 100 + y, 200 + x), ((int)MathF.Round(picture.Plane(0)[5 * y + x] * 255),
                    (int)MathF.Round(picture.Plane(1)[5 * y + x] * 255), (int)MathF.Round(picture.Plane(2)[5 * y + x] * 255)));
    }

    [Fact]
    public void The_format_is_told_by_content_and_not_by_name()
    {
        byte[] rgba = [1, 2, 3, 255, 4, 5, 6, 255];
        Assert.Equal([1, 4, 2, 5, 3, 6], TestPictures.Load(TestPictures.Encoded(1, 2, rgba, SKEncodedImageFormat.Png), "picture.jpg").Bytes());
        Assert.Equal(2, TestPictures.Load(TestPictures.Encoded(1, 2, rgba, SKEncodedImageFormat.Jpeg), "picture.png").Width);
        Assert.Equal(3, TestPictures.Load(TestPictures.Gif, "picture").Width);
    }
}
