using System.Buffers.Binary;

namespace Reverie.Imaging;

/// <summary>The RIFF container of WebP (RFC 9649): finds the EXIF chunk, checks that the file is whole, and adds an EXIF chunk.</summary>
internal static class WebpContainer
{
    private const int Head = 12;
    private const byte HasExif = 0x08, HasAlpha = 0x10;

    /// <summary>The range of the EXIF data, empty where there are none.</summary>
    /// <exception cref="ReverieException">The file is shorter than it says, or a chunk is longer than the file.</exception>
    public static Range Check(ReadOnlySpan<byte> webp, string path)
    {
        var exif = 0..0;
        var end = 8L + BinaryPrimitives.ReadUInt32LittleEndian(webp[4..]);
        if (end > webp.Length) throw CutOff(path);
        for (long at = Head; at + 8 <= end;)
        {
            var (length, data) = (BinaryPrimitives.ReadUInt32LittleEndian(webp[((int)at + 4)..]), at + 8);
            if (data + length > end) throw CutOff(path);
            if (webp[(int)at..].StartsWith("EXIF"u8))
            {
                // Some programs put JPEG's code in front, against the standard.
                var skip = webp[(int)data..].StartsWith("Exif\0\0"u8) && length >= 6 ? 6 : 0;
                exif = ((int)data + skip)..(int)(data + length);
            }
            at = data + length + (length & 1);
        }
        return exif;
    }

    /// <summary>A copy of a still WebP with an EXIF chunk, turned into the extended form (VP8X), which that needs.</summary>
    public static byte[] WithExif(ReadOnlySpan<byte> webp, byte[] tiff, int height, int width, bool alpha)
    {
        using var file = new MemoryStream();
        file.Write(webp[..Head]);
        var chunks = webp[Head..];
        Span<byte> extended = stackalloc byte[10];
        if (chunks.StartsWith("VP8X"u8))
        {
            chunks.Slice(8, 10).CopyTo(extended);
            chunks = chunks[18..];
        }
        else
        {
            extended[0] = alpha ? HasAlpha : (byte)0;
            Write24(extended[4..], width - 1);
            Write24(extended[7..], height - 1);
        }
        extended[0] |= HasExif;
        Chunk(file, "VP8X"u8, extended);
        file.Write(chunks);
        Chunk(file, "EXIF"u8, tiff);
        var bytes = file.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length - 8);
        return bytes;
    }

    private static void Chunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        stream.Write(type);
        stream.Write(length);
        stream.Write(data);
        if (data.Length % 2 == 1) stream.WriteByte(0);
    }

    private static void Write24(Span<byte> at, int value) => (at[0], at[1], at[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));

    private static ReverieException CutOff(string path) => new($"'{path}' is a WebP that is cut off; copy or download it again");
}
