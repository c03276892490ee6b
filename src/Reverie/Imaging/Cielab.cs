namespace Reverie.Imaging;

/// <summary>The colour space CIELAB (CIE 1976, white D65), in which distances are roughly those that people see.</summary>
public static class Cielab
{
    // linear sRGB to XYZ (IEC 61966-2-1), each row divided by the white's value
    private static readonly double[,] ToXyz =
    {
        { 0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047 },
        { 0.2126729, 0.7151522, 0.0721750 },
        { 0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883 },
    };

    /// <summary>The picture's planes L (0 to 100), a and b [3,H,W].</summary>
    public static float[] Of(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var lab = new float[picture.Rgb.Length];
        Of(picture, lab);
        return lab;
    }

    /// <summary>The same into memory that is there already.</summary>
    internal static void Of(Picture picture, Span<float> lab)
    {
        var (rgb, area) = (picture.Rgb, picture.Height * picture.Width);
        Span<double> f = stackalloc double[3];
        for (var pixel = 0; pixel < area; pixel++)
        {
            var (red, green, blue) = (Linear(rgb[pixel]), Linear(rgb[area + pixel]), Linear(rgb[2 * area + pixel]));
            for (var row = 0; row < 3; row++) f[row] = Compress(ToXyz[row, 0] * red + ToXyz[row, 1] * green + ToXyz[row, 2] * blue);
            lab[pixel] = (float)(116 * f[1] - 16);
            lab[area + pixel] = (float)(500 * (f[0] - f[1]));
            lab[2 * area + pixel] = (float)(200 * (f[1] - f[2]));
        }
    }

    private static double Linear(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);

    private static double Compress(double t) => t > 216.0 / 24389 ? Math.Cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}
