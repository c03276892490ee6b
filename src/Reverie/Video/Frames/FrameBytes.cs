using Reverie.Imaging;

namespace Reverie.Video.Frames;

/// <summary>A picture as the bytes of a frame.</summary>
internal static class FrameBytes
{
    /// <summary>[H,W,3] of 8 bits, rounded to nearest.</summary>
    public static byte[] Of(Picture picture)
    {
        var (rgb, plane) = (picture.Rgb, picture.Height * picture.Width);
        var bytes = new byte[3 * plane];
        for (int index = 0, at = 0; index < plane; index++, at += 3)
            (bytes[at], bytes[at + 1], bytes[at + 2]) = (Rounded(rgb[index]), Rounded(rgb[plane + index]), Rounded(rgb[2 * plane + index]));
        return bytes;

        static byte Rounded(float value) => (byte)(Math.Clamp(value, 0, 1) * 255 + 0.5f);
    }

    /// <summary>The picture of a frame's bytes.</summary>
    public static Picture ToPicture(ReadOnlySpan<byte> bytes, int height, int width)
    {
        var picture = new Picture(height, width);
        var (rgb, plane) = (picture.Rgb, height * width);
        for (int index = 0, at = 0; index < plane; index++, at += 3)
            (rgb[index], rgb[plane + index], rgb[2 * plane + index]) = (bytes[at] / 255f, bytes[at + 1] / 255f, bytes[at + 2] / 255f);
        return picture;
    }
}
