using Reverie.Tests.Imaging;

namespace Reverie.Tests.BadInput;

/// <summary>Pictures that end too soon, as after a broken download, and pictures whose container is whole while the pixels in it end too soon.</summary>
internal static class CutPictures
{
    private const int Parts = 8;

    public static IEnumerable<BadPicture> All =>
    [
        .. GoodPictures.All.Where(good => good.Name != "GIF").SelectMany(good => Enumerable.Range(1, Parts - 1).Select(part =>
            BadPicture.OfBytes($"{good.Name} cut off after {part}/{Parts}", "cut off", () => good.Bytes[..(good.Bytes.Length * part / Parts)], good.Extension))),
        .. GoodPictures.All.Where(good => good.Name != "GIF").Select(good =>
            BadPicture.OfBytes($"{good.Name} cut off by one byte", "cut off", () => good.Bytes[..^1], good.Extension)),
        .. new[] { 8, 13, 20, 40, FirstFrameOfGif, FirstFrameOfGif + 5, FirstFrameOfGif + 12, FirstFrameOfGif + 14 }.Select(length =>
            BadPicture.OfBytes($"GIF cut off after {length} bytes", "GIF", () => GoodPictures.Gif[..length], "gif")),
        BadPicture.OfBytes("PNG of the signature alone", "cut off", () => GoodPictures.Png[..8]),
        BadPicture.OfBytes("JPEG of the first marker alone", "cut off", () => [0xFF, 0xD8, 0xFF], "jpg"),
        BadPicture.OfBytes("JPEG whose end is replaced by zeros", "cut off", () => [.. GoodPictures.Jpeg[..^200], .. new byte[200]], "jpg"),
        BadPicture.OfBytes("WebP of the container's head alone", "cut off", () => GoodPictures.Webp[..12], "webp"),
        .. new[] { 8, 16 }.SelectMany(bits => new[]
        {
            BadPicture.OfBytes($"{bits}-bit PNG with half the rows", "cut off", () => TestPictures.Png(2, bits, 8, 8, new byte[4 * (1 + 24 * bits / 8)])),
            BadPicture.OfBytes($"{bits}-bit PNG without the last byte of the last row", "cut off", () => TestPictures.Png(2, bits, 8, 8, new byte[8 * (1 + 24 * bits / 8) - 1])),
            BadPicture.OfBytes($"{bits}-bit PNG whose compressed data end half-way", "PNG", () =>
            {
                var rows = new byte[32 * (1 + 96 * bits / 8)];
                new Random(1).NextBytes(rows);
                for (var y = 0; y < 32; y++) rows[y * (1 + 96 * bits / 8)] = 0;
                var data = TestPictures.Deflate(rows);
                return TestPictures.PngOfData(2, bits, 32u, 32u, data[..(data.Length / 2)]);
            }),
        }),
    ];

    private static int FirstFrameOfGif => GoodPictures.Gif.AsSpan().IndexOf((byte)0x2C);
}
