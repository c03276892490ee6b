namespace Reverie.Imaging;

/// <summary>Resizing, cropping and padding of pictures, alpha included. Every method returns a new picture.</summary>
public static class PictureGeometry
{
    /// <summary>
    /// The picture at another size. Where there is alpha, colours are weighted by it, so that what hides under clear pixels does not bleed into
    /// their neighbours. Use <see cref="Fit"/> for sizes that do not stretch.
    /// </summary>
    /// <exception cref="ReverieException">The new size is beyond <see cref="Picture.MaxPixels"/> or <see cref="Picture.MaxSide"/>.</exception>
    public static Picture Resize(this Picture picture, int height, int width, ResampleKernel kernel = ResampleKernel.Lanczos3)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Picture.CheckSize(height, width, "a picture");
        // Weighting by alpha and back would round, and lose what hides under clear pixels.
        if ((height, width) == (picture.Height, picture.Width) && kernel != ResampleKernel.Mitchell) return picture.Clone();
        if (picture.Alpha is null)
            return new Picture(height, width, Resampling.Resize(picture.Rgb, 3, picture.Height, picture.Width, height, width, kernel));

        var alpha = Resampling.Resize(picture.Alpha, 1, picture.Height, picture.Width, height, width, kernel);
        var weighted = new float[picture.Rgb.Length];
        for (var i = 0; i < weighted.Length; i++) weighted[i] = picture.Rgb[i] * picture.Alpha[i % picture.Alpha.Length];
        var rgb = Resampling.Resize(weighted, 3, picture.Height, picture.Width, height, width, kernel);
        for (var i = 0; i < rgb.Length; i++)
        {
            var opacity = alpha[i % alpha.Length];
            rgb[i] = opacity > 1e-4f ? rgb[i] / opacity : 0;
        }
        for (var i = 0; i < alpha.Length; i++) alpha[i] = Math.Clamp(alpha[i], 0, 1);
        return new Picture(height, width, rgb, alpha);
    }

    /// <summary>The rectangle of <paramref name="height"/> rows from <paramref name="top"/> and <paramref name="width"/> columns from <paramref name="left"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is empty or not inside the picture.</exception>
    public static Picture Crop(this Picture picture, int top, int left, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)top, (uint)Math.Max(0, picture.Height - height), nameof(top));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)left, (uint)Math.Max(0, picture.Width - width), nameof(left));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, picture.Height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, picture.Width);
        return new Picture(height, width, Cut(picture.Rgb, 3), picture.Alpha is null ? null : Cut(picture.Alpha, 1));

        float[] Cut(float[] planes, int channels)
        {
            var cut = new float[channels * height * width];
            for (var c = 0; c < channels; c++)
                for (var y = 0; y < height; y++)
                    planes.AsSpan((c * picture.Height + top + y) * picture.Width + left, width).CopyTo(cut.AsSpan((c * height + y) * width));
            return cut;
        }
    }

    /// <summary>The middle of the picture; where the border left over is odd, the larger part is cut at the bottom and the right.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is empty or larger than the picture.</exception>
    public static Picture CenterCrop(this Picture picture, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return picture.Crop((picture.Height - height) / 2, (picture.Width - width) / 2, height, width);
    }

    /// <summary>The picture in the middle of a larger one whose border has the colour <paramref name="value"/> in every channel and is opaque.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is smaller than the picture.</exception>
    public static Picture Pad(this Picture picture, int height, int width, float value = 0.5f)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, picture.Height);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, picture.Width);
        Picture.CheckSize(height, width, "a picture");
        var (top, left) = ((height - picture.Height) / 2, (width - picture.Width) / 2);
        return new Picture(height, width, Place(picture.Rgb, 3, value), picture.Alpha is null ? null : Place(picture.Alpha, 1, 1));

        float[] Place(float[] planes, int channels, float border)
        {
            var larger = new float[channels * height * width];
            Array.Fill(larger, border);
            for (var c = 0; c < channels; c++)
                for (var y = 0; y < picture.Height; y++)
                    planes.AsSpan((c * picture.Height + y) * picture.Width, picture.Width).CopyTo(larger.AsSpan((c * height + top + y) * width + left));
            return larger;
        }
    }

    /// <summary>The picture laid over an opaque ground of one colour (sRGB-encoded, blended in that encoding as browsers do); opaque pictures are copied.</summary>
    public static Picture Flatten(this Picture picture, float red = 1, float green = 1, float blue = 1)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var flat = new Picture(picture.Height, picture.Width, (float[])picture.Rgb.Clone());
        if (picture.Alpha is not { } alpha) return flat;
        ReadOnlySpan<float> ground = [red, green, blue];
        for (var c = 0; c < 3; c++)
        {
            var plane = flat.Plane(c);
            for (var i = 0; i < plane.Length; i++) plane[i] = ground[c] + (plane[i] - ground[c]) * alpha[i];
        }
        return flat;
    }
}
