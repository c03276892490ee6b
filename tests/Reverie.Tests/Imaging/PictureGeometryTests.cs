using Reverie.Imaging;

namespace Reverie.Tests.Imaging;

public class PictureGeometryTests
{
    [Theory]
    [InlineData(600, 400, 224, 336, 224, 224, 149)]
    [InlineData(400, 600, 224, 224, 336, 149, 224)]
    [InlineData(1, 5000, 100, 100, 500000, 1, 100)]
    [InlineData(333, 500, 256, 256, 384, 170, 256)]
    public void Fit_keeps_the_shape(int height, int width, int side, int shortHeight, int shortWidth, int longHeight, int longWidth)
    {
        Assert.Equal((shortHeight, shortWidth), Fit.ShortSide(height, width, side));
        Assert.Equal((longHeight, longWidth), Fit.LongSide(height, width, side));
    }

    [Fact]
    public void Fit_refuses_senseless_sizes()
    {
        Assert.Equal((1, 2), Fit.Scale(3, 5, 0.3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit.ShortSide(0, 5, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit.Scale(5, 5, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit.Scale(5, 5, 0));
    }

    [Fact]
    public void Cropping_takes_the_rectangle()
    {
        var picture = Numbered(4, 5);
        var part = picture.Crop(1, 2, 2, 3);
        Assert.Equal((2, 3), (part.Height, part.Width));
        Assert.Equal([7, 8, 9, 12, 13, 14], part.Plane(0).ToArray());
        Assert.Equal([47, 48, 49, 52, 53, 54], part.Plane(2).ToArray());
        Assert.Equal([107, 108, 109, 112, 113, 114], part.Alpha!);
        Assert.Equal([6, 7, 11, 12], picture.CenterCrop(2, 2).Plane(0).ToArray());
        foreach (var (top, left, height, width) in new[] { (0, 0, 5, 1), (0, 0, 1, 6), (3, 0, 2, 1), (-1, 0, 1, 1), (0, 0, 0, 1), (0, int.MaxValue, 1, 2) })
            Assert.Throws<ArgumentOutOfRangeException>(() => picture.Crop(top, left, height, width));
    }

    [Fact]
    public void Padding_and_cropping_back_restores_the_picture()
    {
        var picture = Numbered(4, 5);
        var padded = picture.Pad(7, 8, 0.25f);
        Assert.Equal((0.25f, 1f), (padded.Rgb[0], padded.Alpha![0]));
        var back = padded.CenterCrop(4, 5);
        Assert.Equal(picture.Rgb, back.Rgb);
        Assert.Equal(picture.Alpha, back.Alpha);
        Assert.Throws<ArgumentOutOfRangeException>(() => picture.Pad(3, 5));
    }

    [Fact]
    public void Colours_under_clear_pixels_do_not_bleed()
    {
        // The left half is clear and red, the right half opaque and green.
        float[] left = [1, 1, 0, 0], right = [0, 0, 1, 1], none = [0, 0, 0, 0];
        var smaller = new Picture(1, 4, [.. left, .. right, .. none], right).Resize(1, 3, ResampleKernel.Triangle);
        Assert.Equal([0, 0.5f, 1], smaller.Alpha!.Select(v => MathF.Round(v, 3)));
        Assert.Equal([0, 0, 0], smaller.Plane(0).ToArray());
        Assert.Equal([0, 1, 1], smaller.Plane(1).ToArray().Select(v => MathF.Round(v, 5)));
    }

    [Fact]
    public void The_same_size_gives_an_equal_copy_alpha_included()
    {
        var picture = new Picture(1, 2, [0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f], [0, 0.3f]);
        var same = picture.Resize(1, 2);
        Assert.NotSame(picture.Rgb, same.Rgb);
        Assert.Equal(picture.Rgb, same.Rgb);
        Assert.Equal(picture.Alpha, same.Alpha);
    }

    [Fact]
    public void Flattening_lays_the_picture_over_a_ground()
    {
        var flat = new Picture(1, 3, [1, 1, 1, 0, 0, 0, 0.5f, 0.5f, 0.5f], [0, 0.5f, 1]).Flatten(0, 0.5f, 1);
        Assert.Null(flat.Alpha);
        Assert.Equal([0, 0.5f, 1, 0.5f, 0.25f, 0, 1, 0.75f, 0.5f], flat.Rgb);
    }

    [Fact]
    public void Too_large_a_picture_is_refused_before_it_is_made()
    {
        var picture = new Picture(1, 1);
        Assert.Throws<ReverieException>(() => picture.Resize(20_000, 20_000));
        Assert.Throws<ReverieException>(() => picture.Pad(1, Picture.MaxSide + 1));
        Assert.Throws<ReverieException>(() => new Picture(20_000, 20_000));
    }

    private static Picture Numbered(int height, int width)
    {
        var count = height * width;
        return new Picture(height, width, [.. Enumerable.Range(0, 3 * count).Select(i => (float)i)], [.. Enumerable.Range(100, count).Select(i => (float)i)]);
    }
}
