using System.Buffers.Binary;

namespace Reverie.Tests.BadInput;

/// <summary>JPEGs, WebPs, GIFs and BMPs whose headers say what cannot be.</summary>
internal static class DamagedPictures
{
    public static IEnumerable<BadPicture> All =>
    [
        Jpeg("no frame header", "damaged", jpeg => { jpeg[Find(jpeg, 0xC0)] = 0xFE; }),
        Jpeg("a height of zero", "JPEG", jpeg => { BigEndian(jpeg, Find(jpeg, 0xC0) + 4, 0); }),
        Jpeg("a width of zero", "JPEG", jpeg => { BigEndian(jpeg, Find(jpeg, 0xC0) + 6, 0); }),
        Jpeg("samples of 12 bits", "JPEG", jpeg => { jpeg[Find(jpeg, 0xC0) + 3] = 12; }),
        Jpeg("no components", "JPEG", jpeg => { jpeg[Find(jpeg, 0xC0) + 8] = 0; }),
        Jpeg("nine components", "JPEG", jpeg => { jpeg[Find(jpeg, 0xC0) + 8] = 9; }),
        Jpeg("a sampling factor of zero", "JPEG", jpeg => { jpeg[Find(jpeg, 0xC0) + 10] = 0; }),
        Jpeg("lossless coding", "JPEG", jpeg => { jpeg[Find(jpeg, 0xC0)] = 0xC3; }),
        Jpeg("a segment of length zero", "no length", jpeg => { BigEndian(jpeg, Find(jpeg, 0xDB) + 1, 0); }),
        Jpeg("a segment longer than the file", "cut off", jpeg => { BigEndian(jpeg, Find(jpeg, 0xC4) + 1, 0xFFFF); }),
        Jpeg("a segment one byte too short", "no marker", jpeg => { BigEndian(jpeg, Find(jpeg, 0xDB) + 1, 66); }),
        Jpeg("a Huffman table of too many codes", "JPEG", jpeg => { jpeg.AsSpan(Find(jpeg, 0xC4) + 4, 16).Fill(0xFF); }),
        Jpeg("a scan of components that do not exist", "JPEG", jpeg => { jpeg[Find(jpeg, 0xDA) + 4] = 77; }),

        Webp("a length beyond the file", "cut off", webp => { LittleEndian(webp, 4, webp.Length); }),
        Webp("a chunk longer than the container", "cut off", webp => { LittleEndian(webp, 16, webp.Length); }),
        Webp("an unknown first chunk", "WebP", webp => { "ABCD"u8.CopyTo(webp.AsSpan(12)); }),
        Webp("no key frame's mark", "WebP", webp => { webp[23] ^= 0xFF; }),
        Webp("a width of zero", "WebP", webp => { webp[26] = 0; }),
        Lossless("no signature", "WebP", webp => { webp[20] ^= 0xFF; }),
        Lossless("a later version", "WebP", webp => { webp[24] |= 0xE0; }),
        Lossless("a transform twice", "WebP", webp => { webp.AsSpan(25, 8).Fill(0xFF); }),

        Gif("a screen of no size and no frame", "GIF", gif => { Array.Clear(gif, 6, 4); gif[gif.AsSpan().IndexOf((byte)0x2C)] = 0x3B; }),
        Gif("no frame", "GIF", gif => { gif[13 + 12] = 0x3B; }),
        Gif("a block of an unknown kind", "GIF", gif => { gif[13 + 12] = 0x77; }),
        Gif("a code size of 15", "GIF", gif => { gif[gif.AsSpan().IndexOf((byte)0x2C) + 10] = 15; }),
        Gif("codes that were never defined", "GIF", gif => { gif.AsSpan(gif.AsSpan().IndexOf((byte)0x2C) + 12, 5).Fill(0xFF); }),

        Bmp("a width of zero", "BMP", bmp => { LittleEndian(bmp, 18, 0); }),
        Bmp("a negative width", "BMP", bmp => { LittleEndian(bmp, 18, -32); }),
        Bmp("a height of zero", "BMP", bmp => { LittleEndian(bmp, 22, 0); }),
        Bmp("the least height", "BMP", bmp => { LittleEndian(bmp, 22, int.MinValue); }),
        Bmp("a depth of 7 bits", "BMP", bmp => { bmp[28] = 7; }),
        Bmp("an unknown compression", "BMP", bmp => { bmp[30] = 99; }),
        Bmp("a header of no size", "BMP", bmp => { LittleEndian(bmp, 14, 0); }),
        Bmp("pixels behind the end of the file", "BMP", bmp => { LittleEndian(bmp, 10, 1 << 20); }),
        Bmp("more rows than there are", "cut off", bmp => { LittleEndian(bmp, 22, 25); }),
    ];

    private static BadPicture Jpeg(string name, string says, Action<byte[]> change) => Of("JPEG: " + name, says, GoodPictures.Jpeg, change, "jpg");

    private static BadPicture Webp(string name, string says, Action<byte[]> change) => Of("WebP: " + name, says, GoodPictures.Webp, change, "webp");

    private static BadPicture Lossless(string name, string says, Action<byte[]> change) => Of("lossless WebP: " + name, says, GoodPictures.LosslessWebp, change, "webp");

    private static BadPicture Gif(string name, string says, Action<byte[]> change) => Of("GIF: " + name, says, GoodPictures.Gif, change, "gif");

    private static BadPicture Bmp(string name, string says, Action<byte[]> change) => Of("BMP: " + name, says, GoodPictures.Bmp, change, "bmp");

    private static BadPicture Of(string name, string says, byte[] good, Action<byte[]> change, string extension) => BadPicture.OfBytes(name, says, () =>
    {
        var bytes = (byte[])good.Clone();
        change(bytes);
        return bytes;
    }, extension);

    /// <summary>The place of the code of the first such marker.</summary>
    private static int Find(byte[] jpeg, byte code) => jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, code]) + 1;

    private static void BigEndian(byte[] bytes, int at, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), value);

    private static void LittleEndian(byte[] bytes, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
}
