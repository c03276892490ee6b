using System.IO.Compression;
using System.Text;

namespace Reverie.Imaging;

/// <summary>Texts in PNG files: written as iTXt (UTF-8, not compressed, so that any tool finds them); read from iTXt, tEXt and zTXt. Unpacks ICC profiles too.</summary>
internal static class PngText
{
    private const int LongestUnpacked = 16 << 20;   // of all texts together: compressed ones could otherwise be bombs

    /// <summary>Writes one iTXt chunk for each text.</summary>
    public static void Write(Stream stream, PictureMetadata metadata)
    {
        foreach (var (key, text) in metadata)
        {
            // keyword NUL, compression flag and method, language tag NUL, translated keyword NUL, text
            byte[] data = [.. Encoding.ASCII.GetBytes(key), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(text)];
            PngChunks.Write(stream, "iTXt"u8, data);
        }
    }

    /// <summary>All texts of a PNG; of several with one key, the first. Chunks that are malformed inside are left out.</summary>
    /// <exception cref="ReverieException">The file is cut off or damaged.</exception>
    public static PictureMetadata Read(byte[] png, string path)
    {
        var metadata = new PictureMetadata();
        var budget = LongestUnpacked;
        PngChunks.Walk(png, path, (type, range) =>
        {
            var entry = type switch
            {
                "iTXt" => International(png.AsSpan(range), ref budget),
                "tEXt" => Plain(png.AsSpan(range)),
                "zTXt" => Packed(png.AsSpan(range), ref budget),
                _ => null,
            };
            if (entry is var (key, text)) metadata.TryAdd(key, text);
        });
        return metadata;
    }

    private static (string, string)? International(ReadOnlySpan<byte> data, ref int budget)
    {
        if (!Split(ref data, out var key) || data.Length < 2) return null;
        var (flag, method) = (data[0], data[1]);
        data = data[2..];
        if (!Split(ref data, out _) || !Split(ref data, out _)) return null;
        if (flag == 0) return (Encoding.Latin1.GetString(key), Encoding.UTF8.GetString(data));
        return method == 0 && Inflate(data, ref budget) is { } text ? (Encoding.Latin1.GetString(key), Encoding.UTF8.GetString(text)) : null;
    }

    private static (string, string)? Plain(ReadOnlySpan<byte> data) =>
        Split(ref data, out var key) ? (Encoding.Latin1.GetString(key), Encoding.Latin1.GetString(data)) : null;

    private static (string, string)? Packed(ReadOnlySpan<byte> data, ref int budget) =>
        Split(ref data, out var key) && data.Length > 1 && data[0] == 0 && Inflate(data[1..], ref budget) is { } text
            ? (Encoding.Latin1.GetString(key), Encoding.Latin1.GetString(text)) : null;

    /// <summary>Cuts off what stands before the next NUL.</summary>
    private static bool Split(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> head)
    {
        var zero = data.IndexOf((byte)0);
        head = zero < 0 ? default : data[..zero];
        if (zero >= 0) data = data[(zero + 1)..];
        return zero >= 0;
    }

    /// <summary>The ICC profile in the data of an iCCP chunk (name NUL, method, compressed profile); null if it cannot be unpacked.</summary>
    public static byte[]? Profile(ReadOnlySpan<byte> data)
    {
        var budget = LongestUnpacked;
        return Split(ref data, out _) && data.Length > 1 && data[0] == 0 ? Inflate(data[1..], ref budget) : null;
    }

    private static byte[]? Inflate(ReadOnlySpan<byte> data, ref int budget)
    {
        using var unpacked = new MemoryStream();
        using var packed = new ZLibStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
        var buffer = new byte[8192];
        try
        {
            for (int got; (got = packed.Read(buffer)) > 0;)
            {
                if ((budget -= got) < 0) return null;
                unpacked.Write(buffer, 0, got);
            }
            return unpacked.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;   // a foreign program's note that cannot be unpacked is no reason to refuse the picture's other texts
        }
    }
}
