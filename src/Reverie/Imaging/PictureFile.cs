using System.Buffers.Binary;

namespace Reverie.Imaging;

/// <summary>
/// A picture file's bytes and what its container says, found without a decoder: that the file is whole, where its EXIF data are, and for PNG its
/// depth. A decoder alone is no judge of that: it fills what is missing with grey and calls it success.
/// </summary>
internal sealed class PictureFile
{
    private const long LargestFile = 1 << 30;

    // A deflate stream gives at most 1032 bytes for one (258 bytes for two bits), so a PNG with less data than that cannot be whole.
    private const long MostInflation = 1032;

    private PictureFile(string path, byte[] bytes, PictureFormat format) => (Path, Bytes, Format) = (path, bytes, format);

    public string Path { get; }

    public byte[] Bytes { get; }

    public PictureFormat Format { get; }

    /// <summary>The EXIF data inside <see cref="Bytes"/>; empty where there are none.</summary>
    public Range ExifRange { get; private set; } = 0..0;

    /// <summary>Bits of a sample.</summary>
    public int Bits { get; private set; } = 8;

    /// <summary>Reads the file and checks its container.</summary>
    /// <exception cref="ReverieException">The file cannot be read, is no picture, cut off, damaged or too large.</exception>
    public static PictureFile Read(string path)
    {
        var bytes = ReadBytes(path);
        var file = new PictureFile(path, bytes, PictureFormats.Sniff(bytes, path));
        switch (file.Format)
        {
            case PictureFormat.Png:
                file.CheckPng();
                break;
            case PictureFormat.Jpeg:
                file.ExifRange = JpegSegments.Check(bytes, path);
                break;
            case PictureFormat.Webp:
                file.ExifRange = WebpContainer.Check(bytes, path);
                break;
        }
        return file;
    }

    private static byte[] ReadBytes(string path)
    {
        using var stream = InputFile.Open(path, "picture");
        if (stream.Length > LargestFile)
            throw new ReverieException($"'{path}' has {stream.Length:N0} bytes, more than any picture that is read ({LargestFile:N0}); scale it down first");
        try
        {
            var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (IOException e)
        {
            throw new ReverieException($"cannot read '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private void CheckPng()
    {
        var header = default(Range);
        var data = 0L;
        PngChunks.Walk(Bytes, Path, (type, range) =>
        {
            if (type == "IHDR")
            {
                header = range;
                var ihdr = Bytes.AsSpan(range);
                var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(ihdr), BinaryPrimitives.ReadUInt32BigEndian(ihdr[4..]));
                if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue) throw new ReverieException($"'{Path}' is a damaged PNG (no size); copy or download it again");
                Picture.CheckSize((int)height, (int)width, $"'{Path}'");
            }
            else if (type == "IDAT") data += range.End.Value - range.Start.Value;
            else if (type == "eXIf") ExifRange = range;
        });
        var (w, h, bits, colour) = (
            BinaryPrimitives.ReadInt32BigEndian(Bytes.AsSpan(header)), BinaryPrimitives.ReadInt32BigEndian(Bytes.AsSpan(header)[4..]),
            Bytes.AsSpan(header)[8], Bytes.AsSpan(header)[9]);
        Bits = bits;
        var samples = colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        if (data * MostInflation < (long)h * ((long)w * samples * bits / 8))
            throw new ReverieException($"'{Path}' is a PNG whose data cannot fill its {w} x {h} pixels; copy or download it again");
    }
}
