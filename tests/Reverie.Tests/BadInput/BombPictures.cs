using Reverie.Tests.Imaging;

namespace Reverie.Tests.BadInput;

/// <summary>Small files that ask for gigabytes.</summary>
internal static class BombPictures
{
    public static IEnumerable<BadPicture> All =>
    [
        .. new[] { 8, 16 }.SelectMany(bits => new[]
        {
            BadPicture.OfBytes($"bomb: {bits}-bit PNG of 100000 x 100000", "too large", () => TestPictures.PngOfData(2, bits, 100_000, 100_000, Packed)),
            BadPicture.OfBytes($"bomb: {bits}-bit PNG of the largest size", "too large", () => TestPictures.PngOfData(6, bits, int.MaxValue, int.MaxValue, Packed)),
            BadPicture.OfBytes($"bomb: {bits}-bit PNG one pixel beyond the limit", "too large", () => TestPictures.PngOfData(2, bits, 1, 120_000_001, Packed)),
            BadPicture.OfBytes($"bomb: {bits}-bit PNG of 100 megapixels without data for them", "cannot fill", () => TestPictures.PngOfData(2, bits, 10_000, 10_000, Packed)),
        }),
        BadPicture.OfBytes("bomb: PNG with a side beyond the limit", "too long", () => TestPictures.PngOfData(0, 8, 1, 100_001, Packed)),
        BadPicture.OfBytes("bomb: PNG of one bit and 144 megapixels", "too large", () => TestPictures.PngOfData(0, 1, 12_000, 12_000, Packed)),
        BadPicture.OfBytes("bomb: interlaced PNG of 100 megapixels without data for them", "cannot fill", () => TestPictures.PngOfData(2, 8, 10_000, 10_000, Packed, interlaced: true)),
        BadPicture.OfBytes("bomb: JPEG of 65500 x 65500", "too large", () =>
        {
            var jpeg = (byte[])GoodPictures.Jpeg.Clone();
            jpeg.AsSpan(jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5, 4).Fill(0xFF);
            jpeg[jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5] = 0xFE;
            jpeg[jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 7] = 0xFE;
            return jpeg;
        }, "jpg"),
        BadPicture.OfBytes("bomb: WebP of 16383 x 16383", "too large", () => Changed(GoodPictures.Webp, 26, [0xFF, 0x3F, 0xFF, 0x3F]), "webp"),
        BadPicture.OfBytes("bomb: lossless WebP of 16384 x 16384", "too large", () => Changed(GoodPictures.LosslessWebp, 21, [0xFF, 0xFF, 0xFF, 0x0F]), "webp"),
        BadPicture.OfBytes("bomb: a valid PNG of 36 megapixels of one grey", "decompression bomb", () => TestPictures.Png(0, 1, 6000, 6000, new byte[6000 * 751])),
        BadPicture.OfBytes("bomb: GIF of 65535 x 65535", "too large", () => Changed(GoodPictures.Gif, 6, [0xFF, 0xFF, 0xFF, 0xFF]), "gif"),
        BadPicture.OfBytes("bomb: GIF of 100 megapixels without data for them", "decompression bomb", () => BigGif, "gif"),
        BadPicture.OfBytes("bomb: BMP of 60000 x 60000", "too large", () => Changed(GoodPictures.Bmp, 18, [0x60, 0xEA, 0, 0, 0x60, 0xEA, 0, 0]), "bmp"),
        BadPicture.OfBytes("bomb: BMP of 100 megapixels without data for them", "decompression bomb", () => Changed(GoodPictures.Bmp, 18, [0x10, 0x27, 0, 0, 0x10, 0x27, 0, 0]), "bmp"),
    ];

    private static byte[] BigGif =>
        [.. "GIF89a"u8, 0x10, 0x27, 0x10, 0x27, 0b1001_0001, 0, 0, .. new byte[12], 0x2C, 0, 0, 0, 0, 0x10, 0x27, 0x10, 0x27, 0, 2, 3, 0x44, 0x44, 0x44];

    private static byte[] Packed => TestPictures.Deflate(new byte[100_000]);

    private static byte[] Changed(byte[] good, int at, byte[] values)
    {
        var bytes = (byte[])good.Clone();
        values.CopyTo(bytes, at);
        return bytes;
    }
}
