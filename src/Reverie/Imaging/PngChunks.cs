using System.Buffers;
using System.Buffers.Binary;

namespace Reverie.Imaging;

/// <summary>Walks and writes the chunks of a PNG file (ISO/IEC 15948): length, type, data, check.</summary>
internal static class PngChunks
{
    private static readonly SearchValues<byte> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>The eight bytes that every PNG begins with.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>
    /// Calls <paramref name="visit"/> with type and data range of each chunk up to and with IEND, after checking its length and CRC.
    /// What follows IEND is ignored, as decoders do.
    /// </summary>
    /// <exception cref="ReverieException">The file is cut off, damaged, or does not begin with IHDR.</exception>
    public static void Walk(ReadOnlySpan<byte> png, string path, Action<string, Range> visit)
    {
        var at = Signature.Length;
        for (var first = true; ; first = false)
        {
            if (png.Length - at < 12) throw CutOff(path);
            var length = BinaryPrimitives.ReadUInt32BigEndian(png[at..]);
            var type = png.Slice(at + 4, 4);
            if (type.IndexOfAnyExcept(Letters) >= 0 || length > int.MaxValue) throw Damaged(path);
            if (length > png.Length - at - 12) throw CutOff(path);
            var end = at + 8 + (int)length;
            if (Crc32.Append(0, png[(at + 4)..end]) != BinaryPrimitives.ReadUInt32BigEndian(png[end..])) throw Damaged(path);
            if (first != type.SequenceEqual("IHDR"u8) || (first && length != 13)) throw Damaged(path);
            visit(System.Text.Encoding.ASCII.GetString(type), (at + 8)..end);
            if (type.SequenceEqual("IEND"u8)) return;
            at = end + 4;
        }
    }

    /// <summary>Writes one chunk.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        stream.Write(word);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Append(Crc32.Append(0, type), data));
        stream.Write(word);
    }

    private static ReverieException CutOff(string path) => new($"'{path}' is a PNG that is cut off; copy or download it again");

    private static ReverieException Damaged(string path) => new($"'{path}' is a damaged PNG (a check sum or chunk is wrong); copy or download it again");
}
