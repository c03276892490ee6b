using Reverie.Tests.Imaging;
using SkiaSharp;

namespace Reverie.Tests.BadInput;

/// <summary>Small valid pictures of 32 x 24 pixels (the GIF: 3 x 2), to be damaged.</summary>
internal static class GoodPictures
{
    private const int Height = 24, Width = 32;

    private static readonly byte[] Rgba =
        [.. Enumerable.Range(0, Height * Width).SelectMany(i => new byte[] { (byte)(i * 7), (byte)(i / Width * 9), (byte)(i % Width * 8 ^ i * 3), 255 })];

    public static byte[] Png { get; } = Pixels(8);

    public static byte[] Png16 { get; } = Pixels(16);

    public static byte[] Jpeg { get; } = TestPictures.Encoded(Height, Width, Rgba, SKEncodedImageFormat.Jpeg, 80);

    /// <summary>Written by Pillow with progressive=True, which Skia cannot: ten scans.</summary>
    public static byte[] ProgressiveJpeg { get; } = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4" +
        "pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wgARCAAYACADASIAAhEBAxEB/8QAGAABAQEBAQAAAAAAAAAAAAAAAgABAwT/xAAXAQAD" +
        "AQAAAAAAAAAAAAAAAAABAgME/9oADAMBAAIQAxAAAAFbzRnoaR/OqGnaq5//xAAZEAACAwEAAAAAAAAAAAAAAAAAARAREiD/2gAIAQEAAQUCikzHdmj/xAAYEQADAQEAAAAAAAAAAAAA" +
        "AAAAARECEv/aAAgBAwEBPwHgSaIa07D/xAAZEQACAwEAAAAAAAAAAAAAAAAAAQIDERL/2gAIAQIBAT8BbO2MjWs0/8QAFxAAAwEAAAAAAAAAAAAAAAAAARAhMP/aAAgBAQAGPwJw4//E" +
        "ABkQAQEBAAMAAAAAAAAAAAAAAAEAERAx4f/aAAgBAQABPyEYZ7xPshhhthtscP/aAAwDAQACAAMAAAAQT8CD/8QAFxEBAQEBAAAAAAAAAAAAAAAAAAERMf/aAAgBAwEBPxB4jKaof//E" +
        "ABcRAQEBAQAAAAAAAAAAAAAAAAEAITH/2gAIAQIBAT8QhDjKSFt//8QAHxAAAgECBwAAAAAAAAAAAAAAAAEQETEgIVFhkcHR/9oACAEBAAE/EIC2qeqyY3o9YAFAQpXZsXJ//9k=");

    public static byte[] Webp { get; } = TestPictures.Encoded(Height, Width, Rgba, SKEncodedImageFormat.Webp, 80);

    /// <summary>Skia takes quality 100 for lossless.</summary>
    public static byte[] LosslessWebp { get; } = TestPictures.Encoded(Height, Width, Rgba, SKEncodedImageFormat.Webp, 100);

    public static byte[] Gif => TestPictures.Gif;

    public static byte[] Bmp { get; } = TestPictures.Bmp(Height, Width, (y, x) => ((byte)(9 * y), (byte)(8 * x), 200));

    /// <summary>Each with the extension that it should have.</summary>
    public static IReadOnlyList<(string Name, string Extension, byte[] Bytes)> All { get; } =
    [
        ("PNG", "png", Png), ("16-bit PNG", "png", Png16), ("JPEG", "jpg", Jpeg), ("progressive JPEG", "jpg", ProgressiveJpeg),
        ("WebP", "webp", Webp), ("lossless WebP", "webp", LosslessWebp), ("GIF", "gif", Gif), ("BMP", "bmp", Bmp),
    ];

    private static byte[] Pixels(int bits)
    {
        var rows = Enumerable.Range(0, Height).SelectMany(y => Enumerable.Range(y * Width, Width)
            .SelectMany(i => Rgba[(4 * i)..(4 * i + 3)]).SelectMany(v => bits == 8 ? new[] { v } : [v, (byte)~v]).Prepend((byte)0));
        return TestPictures.Png(2, bits, Width, Height, [.. rows]);
    }
}
