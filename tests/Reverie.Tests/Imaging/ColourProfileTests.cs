using Reverie.Imaging;
using SkiaSharp;

namespace Reverie.Tests.Imaging;

/// <summary>Files with another colour space than sRGB are converted, by the formulas of the standards.</summary>
public class ColourProfileTests
{
    private static readonly byte[][] Colours = [[128, 100, 90], [200, 200, 200], [40, 80, 60], [250, 245, 240], [0, 0, 0], [255, 255, 255]];

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 0.6)]
    [InlineData(SKEncodedImageFormat.Jpeg, 3)]
    [InlineData(SKEncodedImageFormat.Webp, 4)]
    public void Display_P3_is_converted(SKEncodedImageFormat format, double tolerance)
    {
        using var p3 = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        foreach (var colour in Colours)
        {
            byte[] rgba = [.. Enumerable.Repeat(new byte[] { colour[0], colour[1], colour[2], 255 }, 16 * 16).SelectMany(p => p)];
            var file = TestPictures.Encoded(16, 16, rgba, format, 100, p3);
            AssertColour(FromP3(colour), TestPictures.Load(file), tolerance / 255);
        }
    }

    [Fact]
    public void A_16_bit_png_is_converted_as_finely_as_Skia_takes_powers()
    {
        using var p3 = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        var profile = ProfileIn(TestPictures.Encoded(1, 1, [0, 0, 0, 255], SKEncodedImageFormat.Png, 100, p3));
        foreach (var colour in Colours)
        {
            byte[] rows = [0, .. colour.SelectMany(v => new[] { v, v })];
            AssertColour(FromP3(colour), TestPictures.Load(TestPictures.Png(2, 16, 1, 1, rows, chunks: [("iCCP", profile)])), 2e-4);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void The_gamma_chunk_of_a_png_is_heeded(int bits)
    {
        // gAMA 1.0: the samples are linear light; half of it is 188 in sRGB
        byte[] half = bits == 8 ? [0, 128, 128, 128] : [0, 128, 128, 128, 128, 128, 128];
        var linear = TestPictures.Load(TestPictures.Png(2, bits, 1, 1, half, chunks: [("gAMA", [0, 1, 0x86, 0xA0])]));
        Assert.Equal(Encode(128 / 255.0), linear.Rgb[0], 0.6 / 255);
    }

    [Fact]
    public void A_profile_that_cannot_be_unpacked_is_left_out()
    {
        byte[] rows = [0, .. TestPictures.BigEndian(1000, 2000, 3000)];
        foreach (var bits in new[] { 8, 16 })
        {
            var picture = TestPictures.Load(TestPictures.Png(2, bits, 1, 1, bits == 8 ? [0, 1, 2, 3] : rows, chunks: [("iCCP", [.. "broken"u8, 0, 0, 1, 2, 3])]));
            Assert.Equal(bits == 8 ? 1 / 255f : 1000 / 65535f, picture.Rgb[0], 1e-5f);
        }
    }

    private static byte[] ProfileIn(byte[] png)
    {
        var at = png.AsSpan().IndexOf("iCCP"u8);
        return png[(at + 4)..(at + 4 + (png[at - 2] << 8 | png[at - 1]))];
    }

    private static void AssertColour(double[] expected, Picture picture, double tolerance)
    {
        for (var c = 0; c < 3; c++) Assert.Equal(expected[c], picture.Plane(c)[0], tolerance);
    }

    /// <summary>Linear light, times the matrix from P3's primaries to sRGB's (both with white D65), encoded again.</summary>
    private static double[] FromP3(byte[] colour)
    {
        double[][] matrix = [[1.2249402, -0.2249402, 0], [-0.0420570, 1.0420570, 0], [-0.0196376, -0.0786361, 1.0982736]];
        var linear = colour.Select(v => Decode(v / 255.0)).ToArray();
        return [.. matrix.Select(row => Math.Clamp(Encode(row.Zip(linear, (a, b) => a * b).Sum()), 0, 1))];
    }

    private static double Decode(double v) => v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4);

    private static double Encode(double v) => v <= 0.0031308 ? v * 12.92 : 1.055 * Math.Pow(v, 1 / 2.4) - 0.055;
}
