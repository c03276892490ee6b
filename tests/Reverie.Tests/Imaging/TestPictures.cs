using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Reverie.Imaging;
using SkiaSharp;

namespace Reverie.Tests.Imaging;

/// <summary>Picture files of every kind, put together byte by byte or written by Skia.</summary>
internal static class TestPictures
{
    /// <summary>A PNG of the given rows, each with its filter byte in front; <paramref name="chunks"/> stand between header and pixels.</summary>
    public static byte[] Png(int colourType, int bits, int width, int height, byte[] rows, bool interlaced = false, params (string Type, byte[] Data)[] chunks) =>
        PngOfData(colourType, bits, width, height, Deflate(rows), interlaced, chunks);

    /// <summary>As <see cref="Png"/>, of data that are compressed already (or pretend to be).</summary>
    public static byte[] PngOfData(int colourType, int bits, uint width, uint height, byte[] data, bool interlaced = false, params (string Type, byte[] Data)[] chunks)
    {
        using var file = new MemoryStream();
        file.Write(PngChunks.Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)bits, (byte)colourType, interlaced ? (byte)1 : (byte)0);
        PngChunks.Write(file, "IHDR"u8, header);
        foreach (var (type, content) in chunks) PngChunks.Write(file, Encoding.ASCII.GetBytes(type), content);
        // Two chunks, since a reader must not mind where they are cut.
        if (data.Length > 1) PngChunks.Write(file, "IDAT"u8, data.AsSpan(0, data.Length / 2));
        PngChunks.Write(file, "IDAT"u8, data.AsSpan(data.Length > 1 ? data.Length / 2 : 0));
        PngChunks.Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    public static byte[] PngOfData(int colourType, int bits, int width, int height, byte[] data, bool interlaced, (string Type, byte[] Data)[] chunks) =>
        PngOfData(colourType, bits, (uint)width, (uint)height, data, interlaced, chunks);

    public static byte[] Deflate(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) stream.Write(data);
        return packed.ToArray();
    }

    /// <summary>8-bit RGBA pixels encoded by Skia, with the profile of a colour space.</summary>
    public static byte[] Encoded(int height, int width, byte[] rgba, SKEncodedImageFormat format, int quality = 100, SKColorSpace? space = null, bool opaque = true)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul, space);
        return Encoded(info, rgba, format, quality);
    }

    public static unsafe byte[] Encoded<T>(SKImageInfo info, T[] pixels, SKEncodedImageFormat format, int quality = 100) where T : unmanaged
    {
        fixed (T* start = pixels)
        {
            using var pixmap = new SKPixmap(info, (nint)start, info.RowBytes);
            using var data = pixmap.Encode(format, quality) ?? throw new InvalidOperationException($"Skia does not encode {info.ColorType} as {format}");
            return data.ToArray();
        }
    }

    /// <summary>The GIF of 3 x 2 pixels red, green, blue / white, white, red, and a second frame that is all blue.</summary>
    public static byte[] Gif { get; } =
    [
        .. "GIF89a"u8, 3, 0, 2, 0, 0b1_001_0_001, 0, 0,                              // screen of 3 x 2, a table of 4 colours
        255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255,
        0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0,                           // an animation
        0x21, 0xF9, 4, 0, 10, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 3, 0, 2, 0, 0, .. GifData([0, 1, 2, 3, 3, 0]),
        0x21, 0xF9, 4, 0, 10, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 3, 0, 2, 0, 0, .. GifData([2, 2, 2, 2, 2, 2]),
        0x3B,
    ];

    /// <summary>Two-bit pixels in codes of three bits, with a clear code before each so that the codes never grow.</summary>
    public static byte[] GifData(byte[] pixels)
    {
        const int clear = 4, end = 5;
        var codes = pixels.SelectMany(pixel => new[] { clear, (int)pixel }).Append(end).ToArray();
        var bytes = new byte[(codes.Length * 3 + 7) / 8];
        for (var i = 0; i < codes.Length * 3; i++) bytes[i / 8] |= (byte)((codes[i / 3] >> (i % 3) & 1) << (i % 8));
        return [2, (byte)bytes.Length, .. bytes, 0];
    }

    /// <summary>An uncompressed BMP of 24 bits; rows from the bottom, each filled up to a multiple of four bytes.</summary>
    public static byte[] Bmp(int height, int width, Func<int, int, (byte Red, byte Green, byte Blue)> pixel)
    {
        var stride = (width * 3 + 3) / 4 * 4;
        var bytes = new byte[54 + stride * height];
        "BM"u8.CopyTo(bytes);
        foreach (var (at, value) in new[] { (2, bytes.Length), (10, 54), (14, 40), (18, width), (22, height), (26, 1 | 24 << 16), (34, stride * height) })
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var at = 54 + (height - 1 - y) * stride + 3 * x;
                (bytes[at + 2], bytes[at + 1], bytes[at]) = pixel(y, x);
            }
        return bytes;
    }

    /// <summary>An EXIF structure that holds the orientation and nothing else.</summary>
    public static byte[] Orientation(int orientation, bool little)
    {
        byte[] tiff = little ? [.. "II*\0"u8] : [.. "MM\0*"u8];
        void Add(int value, int bytes) => tiff = [.. tiff, .. Enumerable.Range(0, bytes).Select(i => (byte)(value >> 8 * (little ? i : bytes - 1 - i)))];
        Add(8, 4);            // where the directory is
        Add(1, 2);            // entries in it
        Add(0x0112, 2);
        Add(3, 2);            // a 16-bit number
        Add(1, 4);
        Add(orientation, 2);
        Add(0, 2);
        Add(0, 4);            // no further directory
        return tiff;
    }

    /// <summary>Inserts an EXIF segment as the first of a JPEG.</summary>
    public static byte[] WithExif(byte[] jpeg, byte[] tiff) =>
        [.. jpeg[..2], 0xFF, 0xE1, (byte)((tiff.Length + 8) >> 8), (byte)(tiff.Length + 8), .. "Exif\0\0"u8, .. tiff, .. jpeg[2..]];

    /// <summary>Inserts a chunk behind a PNG's header.</summary>
    public static byte[] WithChunk(byte[] png, string type, byte[] data)
    {
        using var chunk = new MemoryStream();
        PngChunks.Write(chunk, Encoding.ASCII.GetBytes(type), data);
        return [.. png[..33], .. chunk.ToArray(), .. png[33..]];
    }

    /// <summary>The big-endian bytes of 16-bit samples.</summary>
    public static byte[] BigEndian(params ushort[] samples)
    {
        var bytes = MemoryMarshal.AsBytes(samples.AsSpan()).ToArray();
        for (var i = 0; i < bytes.Length; i += 2) (bytes[i], bytes[i + 1]) = (bytes[i + 1], bytes[i]);
        return bytes;
    }

    /// <summary>Loads a picture from bytes; the name's extension says nothing about the format.</summary>
    public static Picture Load(byte[] file, string name = "picture.bin")
    {
        using var folder = new TempFolder();
        return Picture.Load(folder.Write(name, file));
    }

    /// <summary>The samples as whole numbers 0..255, in the order [3,H,W].</summary>
    public static int[] Bytes(this Picture picture) => [.. picture.Rgb.Select(v => (int)MathF.Round(v * 255))];
}
