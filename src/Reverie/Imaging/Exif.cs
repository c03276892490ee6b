using System.Buffers.Binary;
using System.Text.Json;

namespace Reverie.Imaging;

/// <summary>
/// The two EXIF fields that matter here, in the TIFF structure that JPEG (APP1), WebP (EXIF) and PNG (eXIf) share (CIPA DC-008): Orientation, read;
/// UserComment, read and written, which holds <see cref="PictureMetadata"/> as one JSON object in ASCII.
/// </summary>
internal static class Exif
{
    private const ushort Orientation = 0x0112, ExifPointer = 0x8769, Version = 0x9000, UserComment = 0x9286, ColorSpace = 0xA001;
    private const ushort Short = 3, Long = 4, Undefined = 7;
    private const int EntryBytes = 12;
    private static ReadOnlySpan<byte> AsciiCode => "ASCII\0\0\0"u8;

    /// <summary>A TIFF structure whose UserComment holds the texts.</summary>
    public static byte[] Write(PictureMetadata metadata)
    {
        // The default encoder escapes everything that is not ASCII, so the comment says ASCII and is.
        byte[] comment = [.. AsciiCode, .. JsonSerializer.SerializeToUtf8Bytes<SortedDictionary<string, string>>(metadata)];
        const int first = 8, second = first + 2 + EntryBytes + 4, data = second + 2 + 3 * EntryBytes + 4;
        var tiff = new byte[data + comment.Length];
        "II*\0"u8.CopyTo(tiff);
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(4), first);
        BinaryPrimitives.WriteInt16LittleEndian(tiff.AsSpan(first), 1);
        Entry(tiff.AsSpan(first + 2), ExifPointer, Long, 1, second);
        BinaryPrimitives.WriteInt16LittleEndian(tiff.AsSpan(second), 3);
        Entry(tiff.AsSpan(second + 2), Version, Undefined, 4, BinaryPrimitives.ReadInt32LittleEndian("0232"u8));
        Entry(tiff.AsSpan(second + 2 + EntryBytes), UserComment, Undefined, comment.Length, data);
        Entry(tiff.AsSpan(second + 2 + 2 * EntryBytes), ColorSpace, Short, 1, 1);   // 1 = sRGB
        comment.CopyTo(tiff, data);
        return tiff;
    }

    /// <summary>The texts that <see cref="Write"/> stored; empty where there are none, or only another program's comment.</summary>
    public static PictureMetadata ReadTexts(ReadOnlySpan<byte> tiff)
    {
        var metadata = new PictureMetadata();
        if (Open(tiff) is not var (little, first) || Find(tiff, little, first, ExifPointer) is not { Type: Long } pointer) return metadata;
        if (Find(tiff, little, Word(pointer.Value(tiff), little), UserComment) is not { Type: Undefined } comment) return metadata;
        var value = comment.Value(tiff);
        if (!value.StartsWith(AsciiCode)) return metadata;
        try
        {
            var texts = JsonSerializer.Deserialize<Dictionary<string, string?>>(value[AsciiCode.Length..]);
            foreach (var (key, text) in texts ?? [])
                if (text is not null) metadata.TryAdd(key, text);
        }
        catch (JsonException)
        {
            return metadata;   // a camera's or another program's comment, which is none of ours
        }
        return metadata;
    }

    /// <summary>The orientation 1..8; 1 where none or a senseless one is given.</summary>
    public static int ReadOrientation(ReadOnlySpan<byte> tiff)
    {
        if (Open(tiff) is not var (little, first) || Find(tiff, little, first, Orientation) is not { Type: Short } entry) return 1;
        var value = entry.Value(tiff);
        var orientation = little ? BinaryPrimitives.ReadUInt16LittleEndian(value) : BinaryPrimitives.ReadUInt16BigEndian(value);
        return orientation is >= 1 and <= 8 ? orientation : 1;
    }

    private static void Entry(Span<byte> at, ushort tag, ushort type, int count, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], type);
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], count);
        BinaryPrimitives.WriteInt32LittleEndian(at[8..], value);
    }

    private static (bool Little, uint First)? Open(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) return null;
        if (tiff.StartsWith("II*\0"u8)) return (true, Word(tiff[4..], true));
        return tiff.StartsWith("MM\0*"u8) ? (false, Word(tiff[4..], false)) : null;
    }

    /// <summary>The entry of that tag in the directory at <paramref name="directory"/>, if its value lies inside the data.</summary>
    private static Field? Find(ReadOnlySpan<byte> tiff, bool little, uint directory, ushort tag)
    {
        if (directory > tiff.Length - 2) return null;
        var count = Half(tiff[(int)directory..], little);
        var entries = tiff[((int)directory + 2)..];
        for (var i = 0; i < count && entries.Length >= EntryBytes; i++, entries = entries[EntryBytes..])
        {
            if (Half(entries, little) != tag) continue;
            var type = Half(entries[2..], little);
            var bytes = Word(entries[4..], little) * (type switch { Short => 2UL, Long => 4UL, _ => 1UL });
            var start = bytes <= 4 ? (uint)(tiff.Length - entries.Length + 8) : Word(entries[8..], little);
            var least = type switch { Short => 2UL, Long => 4UL, _ => 1UL };
            return bytes >= least && start + bytes <= (ulong)tiff.Length ? new Field(type, (int)start, (int)bytes) : null;
        }
        return null;
    }

    private static ushort Half(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    private static uint Word(ReadOnlySpan<byte> at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);

    private sealed record Field(ushort Type, int Start, int Bytes)
    {
        public ReadOnlySpan<byte> Value(ReadOnlySpan<byte> tiff) => tiff.Slice(Start, Bytes);
    }
}
