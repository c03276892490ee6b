namespace Reverie.Imaging;

/// <summary>
/// A picture file's bytes and what its container says, found without a decoder: that the file is whole, where its EXIF data are, and the layout of a
/// PNG. A decoder alone is no judge of that: it fills what is missing with grey and calls it success.
/// </summary>
internal sealed class PictureFile
{
    private const long LargestFile = 1 << 30;

    private PictureFile(string path, byte[] bytes, PictureFormat format) => (Path, Bytes, Format) = (path, bytes, format);

    public string Path { get; }

    public byte[] Bytes { get; }

    public PictureFormat Format { get; }

    /// <summary>The EXIF data inside <see cref="Bytes"/>; empty where there are none.</summary>
    public Range ExifRange { get; private set; } = 0..0;

    /// <summary>What the chunks say, if it is a PNG.</summary>
    public PngLayout? Png { get; private set; }

    /// <summary>Reads the file and checks its container.</summary>
    /// <exception cref="ReverieException">The file cannot be read, is no picture, cut off, damaged or too large.</exception>
    public static PictureFile Read(string path)
    {
        var bytes = ReadBytes(path);
        var file = new PictureFile(path, bytes, PictureFormats.Sniff(bytes, path));
        switch (file.Format)
        {
            case PictureFormat.Png:
                file.Png = PngLayout.Read(bytes, path);
                file.ExifRange = file.Png.Exif;
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
}
