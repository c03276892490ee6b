namespace Reverie.Imaging;

/// <summary>The picture formats that are read; the first three are written too.</summary>
internal enum PictureFormat
{
    Png,
    Jpeg,
    Webp,
    Gif,
    Bmp,
}

/// <summary>Tells formats by their content (for reading) and by the extension (for writing).</summary>
internal static class PictureFormats
{
    public const string Readable = "PNG, JPEG, WebP, GIF and BMP";
    public const string Writable = ".png, .jpg, .jpeg, .webp";

    /// <summary>The format of a file that begins with these bytes.</summary>
    /// <exception cref="ReverieException">It is no picture that is read; the message names what it seems to be.</exception>
    public static PictureFormat Sniff(ReadOnlySpan<byte> data, string path)
    {
        if (data.StartsWith(PngChunks.Signature)) return PictureFormat.Png;
        if (data.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return PictureFormat.Jpeg;
        if (data.StartsWith("RIFF"u8) && data.Length >= 12 && data[8..].StartsWith("WEBP"u8)) return PictureFormat.Webp;
        if (data.StartsWith("GIF87a"u8) || data.StartsWith("GIF89a"u8)) return PictureFormat.Gif;
        if (data.StartsWith("BM"u8) && data.Length >= 26) return PictureFormat.Bmp;
        throw new ReverieException(Other(data) is { } name
            ? $"'{path}' is {name}, which is not read; convert it to PNG first ({Readable} are read)"
            : $"'{path}' is no picture that can be read, or is damaged at its beginning; {Readable} are read");
    }

    /// <summary>The format in which a file of this name is written.</summary>
    /// <exception cref="ReverieException">The extension is none of those written.</exception>
    public static PictureFormat ForWriting(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PNG" => PictureFormat.Png,
        ".JPG" or ".JPEG" => PictureFormat.Jpeg,
        ".WEBP" => PictureFormat.Webp,
        "" => throw new ReverieException($"cannot write '{path}': the name has no extension to tell the format; end it in one of {Writable}"),
        var other => throw new ReverieException($"cannot write '{path}': the extension '{other.ToLowerInvariant()}' is not supported; end it in one of {Writable}"),
    };

    private static string? Other(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8) || data.StartsWith("II+\0"u8)) return "a TIFF (or raw camera) picture";
        if (data.Length >= 12 && data[4..].StartsWith("ftyp"u8))
        {
            var brand = data.Slice(8, 4);
            if (brand.StartsWith("avi"u8)) return "an AVIF picture";
            return brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.StartsWith("mif"u8) || brand.StartsWith("msf"u8)
                ? "a HEIC picture" : "an MP4 or QuickTime video";
        }
        if (data.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || data.StartsWith("\0\0\0\x0CJXL "u8)) return "a JPEG XL picture";
        if (data.StartsWith("\0\0\0\x0CjP  "u8)) return "a JPEG 2000 picture";
        if (data.StartsWith("%PDF"u8)) return "a PDF document";
        if (data.StartsWith("8BPS"u8)) return "a Photoshop document";
        if (data.StartsWith("\0\0\x01\0"u8)) return "an icon file";
        if (data.StartsWith("PK\x03\x04"u8)) return "a ZIP archive";
        if (data.StartsWith((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M'])) return "a NumPy array";
        if (data.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3])) return "a Matroska or WebM video";
        var start = data[..Math.Min(data.Length, 512)];
        if (start.IndexOf("<svg"u8) >= 0) return "an SVG drawing";
        return start.IndexOfAnyExcept(Text) < 0 ? "a text file" : null;
    }

    private static readonly System.Buffers.SearchValues<byte> Text =
        System.Buffers.SearchValues.Create([9, 10, 13, .. Enumerable.Range(32, 95).Select(i => (byte)i)]);
}
