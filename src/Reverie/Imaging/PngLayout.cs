using System.Buffers.Binary;

namespace Reverie.Imaging;

/// <summary>What the chunks of a PNG say (ISO/IEC 15948), found without decoding: its header, and where its pixels and its notes on colour lie.</summary>
internal sealed class PngLayout
{
    // A deflate stream gives at most 1032 bytes for one (258 bytes for two bits), so a PNG with less data than that cannot be whole.
    private const long MostInflation = 1032;

    private readonly List<Range> _data = [];

    private PngLayout() { }

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Bits of a sample: 1, 2, 4, 8 or 16.</summary>
    public int Bits { get; private set; }

    /// <summary>0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.</summary>
    public int ColourType { get; private set; }

    /// <summary>Whether the pixels come in the seven passes of Adam7.</summary>
    public bool Interlaced { get; private set; }

    /// <summary>Samples of a pixel.</summary>
    public int Samples => ColourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>The parts (IDAT) of the compressed pixels, in order.</summary>
    public IReadOnlyList<Range> Data => _data;

    /// <summary>The EXIF data (eXIf), the compressed ICC profile behind its name (iCCP), the transparent colour (tRNS); empty where absent.</summary>
    public Range Exif { get; private set; } = 0..0;

    /// <inheritdoc cref="Exif"/>
    public Range Profile { get; private set; } = 0..0;

    /// <inheritdoc cref="Exif"/>
    public Range Transparency { get; private set; } = 0..0;

    /// <summary>Walks the file's chunks.</summary>
    /// <exception cref="ReverieException">The file is cut off, damaged, too large, or has far too little data for its size.</exception>
    public static PngLayout Read(byte[] png, string path)
    {
        var layout = new PngLayout();
        var data = 0L;
        PngChunks.Walk(png, path, (type, range) =>
        {
            switch (type)
            {
                case "IHDR":
                    layout.ReadHeader(png.AsSpan(range), path);
                    break;
                case "IDAT":
                    layout._data.Add(range);
                    data += range.End.Value - range.Start.Value;
                    break;
                case "eXIf":
                    layout.Exif = range;
                    break;
                case "iCCP":
                    layout.Profile = range;
                    break;
                case "tRNS":
                    layout.Transparency = range;
                    break;
                case not ("PLTE" or "IEND") when char.IsAsciiLetterUpper(type[0]):
                    // The standard's mark of a chunk without which the picture would come out wrong.
                    throw new ReverieException($"'{path}' is a PNG with an extension '{type}' that is not read; save it with another program");
            }
        });
        var (w, h) = (layout.Width, layout.Height);
        if (data == 0) throw new ReverieException($"'{path}' is a damaged PNG (it holds no pixels); copy or download it again");
        if (data * MostInflation < h * (((long)w * layout.Samples * layout.Bits + 7) / 8 + (layout.Interlaced ? 0 : 1)))
            throw new ReverieException($"'{path}' is a PNG whose data cannot fill its {w} x {h} pixels; copy or download it again");
        return layout;
    }

    private void ReadHeader(ReadOnlySpan<byte> header, string path)
    {
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw new ReverieException($"'{path}' is a damaged PNG (a size of {width} x {height}); copy or download it again");
        Picture.CheckSize((int)height, (int)width, $"'{path}'");
        (Width, Height, Bits, ColourType, Interlaced) = ((int)width, (int)height, header[8], header[9], header[12] == 1);
        var known = ColourType switch
        {
            0 => Bits is 1 or 2 or 4 or 8 or 16,
            3 => Bits is 1 or 2 or 4 or 8,
            2 or 4 or 6 => Bits is 8 or 16,
            _ => false,
        };
        if (!known || header[10] != 0 || header[11] != 0 || header[12] > 1)
            throw new ReverieException($"'{path}' is a damaged PNG (its header names a colour type, depth or method that PNG has not); copy or download it again");
    }
}
