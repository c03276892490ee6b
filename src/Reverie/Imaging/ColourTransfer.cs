namespace Reverie.Imaging;

/// <summary>Pictures that keep the light and dark of one and take the colours of another.</summary>
public static class ColourTransfer
{
    private const int GamutSteps = 8;

    /// <summary>
    /// The luma of <paramref name="light"/> (ITU-R BT.601, sRGB-encoded) with Cb and Cr of <paramref name="colours"/>: what neural-style calls original colours. With Cb and Cr kept,
    /// a change of luma is the same change of red, green and blue.
    /// </summary>
    /// <exception cref="ArgumentException">The pictures differ in size.</exception>
    public static Picture WithLuma(Picture colours, Picture light)
    {
        Check(colours, light);
        var pixels = light.Height * light.Width;
        var rgb = new float[3 * pixels];
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var difference = Luma(light.Rgb, pixel, pixels) - Luma(colours.Rgb, pixel, pixels);
            for (var channel = 0; channel < 3; channel++) rgb[channel * pixels + pixel] = Math.Clamp(colours.Rgb[channel * pixels + pixel] + difference, 0, 1);
        }
        return new(light.Height, light.Width, rgb, light.Alpha);
    }

    /// <summary>
    /// The lightness of <paramref name="light"/> with hue and chroma of <paramref name="colours"/>, in OKLab (Björn Ottosson, "A perceptual color space for image processing", 2020). Where that is no
    /// colour of sRGB, chroma is taken back until it is.
    /// </summary>
    /// <exception cref="ArgumentException">The pictures differ in size.</exception>
    public static Picture WithLightness(Picture colours, Picture light)
    {
        Check(colours, light);
        var pixels = light.Height * light.Width;
        var rgb = new float[3 * pixels];
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var (lightness, _, _) = ToOklab(light.Rgb[pixel], light.Rgb[pixels + pixel], light.Rgb[2 * pixels + pixel]);
            var (_, a, b) = ToOklab(colours.Rgb[pixel], colours.Rgb[pixels + pixel], colours.Rgb[2 * pixels + pixel]);
            var found = FromOklab(lightness, a, b);
            if (!InGamut(found))
            {
                // the largest share of the chroma that sRGB holds, by bisection; grey always is
                double low = 0, high = 1;
                for (var step = 0; step < GamutSteps; step++)
                {
                    var middle = (low + high) / 2;
                    if (InGamut(FromOklab(lightness, a * middle, b * middle))) low = middle;
                    else high = middle;
                }
                found = FromOklab(lightness, a * low, b * low);
            }
            rgb[pixel] = (float)Math.Clamp(found.Red, 0, 1);
            rgb[pixels + pixel] = (float)Math.Clamp(found.Green, 0, 1);
            rgb[2 * pixels + pixel] = (float)Math.Clamp(found.Blue, 0, 1);
        }
        return new(light.Height, light.Width, rgb, light.Alpha);
    }

    /// <summary>Lightness, green to red, and blue to yellow of an sRGB-encoded colour.</summary>
    public static (double Lightness, double A, double B) ToOklab(double red, double green, double blue)
    {
        var (r, g, b) = (Decoded(red), Decoded(green), Decoded(blue));
        var l = Math.Cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        var m = Math.Cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        var s = Math.Cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        return (0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s);
    }

    /// <summary>The sRGB-encoded colour, which may lie outside 0 to 1.</summary>
    public static (double Red, double Green, double Blue) FromOklab(double lightness, double a, double b)
    {
        double l = lightness + 0.3963377774 * a + 0.2158037573 * b, m = lightness - 0.1055613458 * a - 0.0638541728 * b, s = lightness - 0.0894841775 * a - 1.2914855480 * b;
        (l, m, s) = (l * l * l, m * m * m, s * s * s);
        return (Encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            Encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            Encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
    }

    private static bool InGamut((double Red, double Green, double Blue) colour)
    {
        const double slack = 1e-4;
        return colour.Red is >= -slack and <= 1 + slack && colour.Green is >= -slack and <= 1 + slack && colour.Blue is >= -slack and <= 1 + slack;
    }

    private static float Luma(float[] rgb, int pixel, int pixels) => 0.299f * rgb[pixel] + 0.587f * rgb[pixels + pixel] + 0.114f * rgb[2 * pixels + pixel];

    // IEC 61966-2-1
    private static double Decoded(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);

    private static double Encoded(double value) => value <= 0.0031308 ? value * 12.92 : 1.055 * Math.Pow(value, 1 / 2.4) - 0.055;

    private static void Check(Picture colours, Picture light)
    {
        ArgumentNullException.ThrowIfNull(colours);
        ArgumentNullException.ThrowIfNull(light);
        if ((colours.Height, colours.Width) != (light.Height, light.Width)) throw new ArgumentException("the pictures must have one size", nameof(colours));
    }
}
