using System.Globalization;

namespace Reverie.Imaging;

/// <summary>
/// Tells decompression bombs from pictures: a few hundred kilobytes of one colour can unpack to gigabytes, whole and valid. A photo has a tenth of a byte for
/// each pixel, and more; what is large and has hardly anything is decoded only if the user says so.
/// </summary>
internal static class BombGuard
{
    /// <summary>The environment variable with the megapixels up to which every picture is decoded.</summary>
    public const string Variable = "REVERIE_MAX_MEGAPIXELS";

    /// <summary>The megapixels up to which every picture is decoded, unless the variable says otherwise: in a second or two, and half a gigabyte.</summary>
    public const int DefaultMegapixels = 32;

    private const long PixelsPerByte = 100;

    /// <exception cref="ReverieException">The picture is large, and the file has hardly anything for it.</exception>
    public static void Check(PictureFile file, int height, int width) => Check(file, height, width, Environment.GetEnvironmentVariable(Variable));

    /// <param name="file">The file.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="trusted">What the variable says; null where it is not set.</param>
    internal static void Check(PictureFile file, int height, int width, string? trusted)
    {
        var pixels = (long)height * width;
        if (pixels <= 1_000_000L * Megapixels(trusted) || pixels <= PixelsPerByte * file.Bytes.Length) return;
        var needed = (pixels + 999_999) / 1_000_000;
        throw new ReverieException($"'{file.Path}' holds {width} x {height} pixels in {file.Bytes.Length:N0} bytes, as a decompression bomb does; if you trust it, set {Variable}={needed}");
    }

    private static int Megapixels(string? trusted) =>
        string.IsNullOrWhiteSpace(trusted) ? DefaultMegapixels
        : int.TryParse(trusted, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value
        : throw new ReverieException($"{Variable} is '{trusted}', which is no number of megapixels");
}
