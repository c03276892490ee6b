using System.Buffers.Binary;

namespace Reverie.Imaging;

/// <summary>Walks the marker segments of a JPEG file (ITU-T T.81, annex B) and puts an EXIF segment into one.</summary>
internal static class JpegSegments
{
    private const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, App0 = 0xE0, App1 = 0xE1;
    private const int LongestSegment = 0xFFFF - 2;
    private static ReadOnlySpan<byte> ExifCode => "Exif\0\0"u8;

    /// <summary>
    /// Finds the EXIF data (an empty range where there are none) after checking that the file goes on to its end marker. Skia takes a
    /// progressive JPEG that is cut off for a complete one and fills in grey, so this check is the only one.
    /// </summary>
    /// <exception cref="ReverieException">The file is cut off or damaged.</exception>
    public static Range Check(ReadOnlySpan<byte> jpeg, string path)
    {
        var exif = 0..0;
        var at = 2;
        while (true)
        {
            // A marker is FF and a code; more FF before the code are padding.
            if (at >= jpeg.Length) throw CutOff(path);
            if (jpeg[at] != 0xFF) throw new ReverieException($"'{path}' is a damaged JPEG (no marker where one must be); copy or download it again");
            while (at < jpeg.Length && jpeg[at] == 0xFF) at++;
            if (at >= jpeg.Length) throw CutOff(path);
            var code = jpeg[at++];
            if (code == EndOfImage) return exif;
            if (code is StartOfImage or 0x01 or >= 0xD0 and <= 0xD7) continue;   // markers that stand alone
            if (jpeg.Length - at < 2) throw CutOff(path);
            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[at..]);
            if (length < 2) throw new ReverieException($"'{path}' is a damaged JPEG (a segment of no length); copy or download it again");
            if (length > jpeg.Length - at) throw CutOff(path);
            if (code == App1 && exif.End.Value == 0 && jpeg[(at + 2)..(at + length)].StartsWith(ExifCode)) exif = (at + 2 + ExifCode.Length)..(at + length);
            at += length;
            if (code == StartOfScan) at = EndOfScan(jpeg, at);
        }
    }

    /// <summary>A copy of the JPEG with an APP1 segment, behind the JFIF segment if there is one.</summary>
    /// <exception cref="ReverieException">The texts are longer than the 64 KB that a segment holds.</exception>
    public static byte[] WithExif(ReadOnlySpan<byte> jpeg, byte[] tiff, string path)
    {
        var length = EnsureFits(tiff, path);
        var at = jpeg[3] == App0 ? 4 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[4..]) : 2;
        return [.. jpeg[..at], 0xFF, App1, (byte)((length + 2) >> 8), (byte)(length + 2), .. ExifCode, .. tiff, .. jpeg[at..]];
    }

    /// <summary>The bytes that the texts take in their segment.</summary>
    /// <param name="tiff">The EXIF data.</param>
    /// <param name="path">The file that is to be written.</param>
    /// <param name="reserve">Bytes to be kept free for what is not known yet.</param>
    /// <exception cref="ReverieException">They are more than a segment holds.</exception>
    public static int EnsureFits(byte[] tiff, string path, int reserve = 0)
    {
        var length = tiff.Length + ExifCode.Length;
        return length + reserve <= LongestSegment ? length
            : throw new ReverieException($"cannot write '{path}': the recipe takes {length} bytes and a JPEG holds {LongestSegment - reserve}; save as .png instead");
    }

    /// <summary>Skips entropy-coded data: an FF followed by 00 is data, and restart markers belong to it.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> jpeg, int at)
    {
        while (true)
        {
            var next = jpeg[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= jpeg.Length) return jpeg.Length;
            at += next;
            if (jpeg[at + 1] is not (0x00 or 0xFF or >= 0xD0 and <= 0xD7)) return at;
            at += jpeg[at + 1] == 0xFF ? 1 : 2;
        }
    }

    private static ReverieException CutOff(string path) => new($"'{path}' is a JPEG that is cut off; copy or download it again");
}
