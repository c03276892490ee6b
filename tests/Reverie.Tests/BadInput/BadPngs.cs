using System.Text;
using Reverie.Imaging;
using Reverie.Tests.Imaging;

namespace Reverie.Tests.BadInput;

/// <summary>PNGs whose chunks are wrong, with check sums that are right unless those are what is wrong.</summary>
internal static class BadPngs
{
    private const int EndBytes = 12, HeaderEnd = 33;

    public static IEnumerable<BadPicture> All =>
    [
        OfHeader("a width of zero", "0 x 24", header => header[3] = 0),
        OfHeader("a height of zero", "32 x 0", header => header[7] = 0),
        OfHeader("a width of 2^31", "a size of", header => header[0] = 0x80),
        OfHeader("a height of 2^32 - 1", "a size of", header => header.AsSpan(4, 4).Fill(0xFF)),
        OfHeader("a depth of 0 bits", "colour type, depth", header => header[8] = 0),
        OfHeader("a depth of 3 bits", "colour type, depth", header => header[8] = 3),
        OfHeader("RGB of 4 bits", "colour type, depth", header => header[8] = 4),
        OfHeader("a depth of 32 bits", "colour type, depth", header => header[8] = 32),
        OfHeader("colour type 1", "colour type, depth", header => header[9] = 1),
        OfHeader("colour type 7", "colour type, depth", header => header[9] = 7),
        OfHeader("compression method 1", "method", header => header[10] = 1),
        OfHeader("filter method 1", "method", header => header[11] = 1),
        OfHeader("interlace method 2", "method", header => header[12] = 2),
        OfHeader("more rows than data", "cut off", header => header[7] = 25),
        OfHeader("far more rows than data could fill", "cannot fill", header => header[6] = 0xF0),
        OfHeader("a palette type without palette", "PNG", header => header[9] = 3),
        BadPicture.OfBytes("PNG: header too short", "damaged PNG", () => [.. PngChunks.Signature, .. Chunk("IHDR", new byte[12]), .. GoodPictures.Png[HeaderEnd..]]),
        BadPicture.OfBytes("PNG: header too long", "damaged PNG", () => [.. PngChunks.Signature, .. Chunk("IHDR", new byte[14]), .. GoodPictures.Png[HeaderEnd..]]),
        BadPicture.OfBytes("PNG: no header", "damaged PNG", () => [.. PngChunks.Signature, .. GoodPictures.Png[HeaderEnd..]]),
        BadPicture.OfBytes("PNG: a second header", "damaged PNG", () => [.. GoodPictures.Png[..HeaderEnd], .. GoodPictures.Png[8..]]),
        BadPicture.OfBytes("PNG: no pixels", "no pixels", () => [.. GoodPictures.Png[..HeaderEnd], .. GoodPictures.Png[^EndBytes..]]),
        BadPicture.OfBytes("PNG: empty pixels", "no pixels", () => TestPictures.PngOfData(2, 8, 4u, 4u, [])),
        BadPicture.OfBytes("PNG: no end", "cut off", () => GoodPictures.Png[..^EndBytes]),
        BadPicture.OfBytes("PNG: wrong check sum of the header", "check sum", () => Flipped(GoodPictures.Png, HeaderEnd - 1, 0)),
        BadPicture.OfBytes("PNG: wrong check sum of the pixels", "check sum", () => Flipped(GoodPictures.Png, GoodPictures.Png.Length - EndBytes - 1, 3)),
        BadPicture.OfBytes("PNG: wrong check sum of the end", "check sum", () => Flipped(GoodPictures.Png, GoodPictures.Png.Length - 1, 7)),
        BadPicture.OfBytes("PNG: wrong check sum of a text", "check sum", () => Flipped(TestPictures.WithChunk(GoodPictures.Png, "tEXt", [.. "a\0b"u8]), HeaderEnd + 9, 0)),
        BadPicture.OfBytes("PNG: an unknown chunk that must be understood", "'ABCD'", () => TestPictures.WithChunk(GoodPictures.Png, "ABCD", [1, 2, 3])),
        BadPicture.OfBytes("PNG: a chunk type that is no letters", "chunk", () => TestPictures.WithChunk(GoodPictures.Png, "a[c]", [1, 2, 3])),
        BadPicture.OfBytes("PNG: a chunk longer than the file", "cut off", () => Changed(HeaderEnd, 0x10)),
        BadPicture.OfBytes("PNG: a chunk of 2^31 bytes", "damaged PNG", () => Changed(HeaderEnd, 0x80)),
        BadPicture.OfBytes("PNG: a chunk one byte too short", "damaged PNG", () => Changed(HeaderEnd + 3, (byte)(GoodPictures.Png[HeaderEnd + 3] - 1))),
        .. new[] { 8, 16 }.SelectMany(bits => new[]
        {
            BadPicture.OfBytes($"{bits}-bit PNG: pixels that are not compressed", "PNG", () => TestPictures.PngOfData(2, bits, 4u, 4u, new byte[200])),
            BadPicture.OfBytes($"{bits}-bit PNG: a filter that PNG has not", "PNG", () => TestPictures.Png(2, bits, 4, 4, [.. Enumerable.Repeat((byte)9, 4 * (1 + 12 * bits / 8))])),
            BadPicture.OfBytes($"{bits}-bit PNG: a flipped bit in the compressed pixels", "PNG", () => TestPictures.PngOfData(2, bits, 32u, 24u,
                Flipped(TestPictures.Deflate([.. Enumerable.Repeat((byte)0, 24 * (1 + 96 * bits / 8))]), 2, 1))),
        }),
    ];

    private static BadPicture OfHeader(string name, string says, Action<byte[]> change) => BadPicture.OfBytes("PNG: " + name, says, () =>
    {
        var header = GoodPictures.Png[16..29];
        change(header);
        return [.. PngChunks.Signature, .. Chunk("IHDR", header), .. GoodPictures.Png[HeaderEnd..]];
    });

    private static byte[] Chunk(string type, byte[] data)
    {
        using var chunk = new MemoryStream();
        PngChunks.Write(chunk, Encoding.ASCII.GetBytes(type), data);
        return chunk.ToArray();
    }

    private static byte[] Changed(int position, byte value)
    {
        var bytes = (byte[])GoodPictures.Png.Clone();
        bytes[position] = value;
        return bytes;
    }

    private static byte[] Flipped(byte[] bytes, int position, int bit)
    {
        bytes = (byte[])bytes.Clone();
        bytes[position] ^= (byte)(1 << bit);
        return bytes;
    }
}
