using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace Reverie.Imaging;

/// <summary>Encodes pictures: PNG with our own writer, row by row; JPEG and WebP with Skia.</summary>
internal static unsafe class PictureEncoder
{
    private const int JpegQuality = 95, JpegMaxSide = 65_500;   // libjpeg's limit
    private const int WebpEffort = 75, WebpMaxSide = 16_383;

    /// <exception cref="ReverieException">The format cannot hold such a picture.</exception>
    public static void EnsureHolds(PictureFormat format, string path, int height, int width, bool alpha, int bits)
    {
        if (bits != 8 && (bits != 16 || format != PictureFormat.Png))
            throw new ReverieException($"cannot write '{path}' with {bits} bits a sample; 8 can be written, and 16 as .png");
        var most = format switch { PictureFormat.Jpeg => JpegMaxSide, PictureFormat.Webp => WebpMaxSide, _ => Picture.MaxSide };
        if (Math.Max(height, width) > most)
            throw new ReverieException($"cannot write '{path}': {width} x {height} pixels are more than its format holds ({most} a side); save as .png");
        if (alpha && format == PictureFormat.Jpeg)
            throw new ReverieException($"cannot write '{path}': the picture has transparency and JPEG has none; save as .png or .webp");
    }

    public static void Save(Picture picture, string path, PictureMetadata? metadata, bool overwrite, int bits)
    {
        if (metadata is { Count: 0 }) metadata = null;
        switch (PictureFormats.ForWriting(path))
        {
            case PictureFormat.Png:
                SavePng(path, overwrite, metadata, picture.Height, picture.Width, picture.Alpha is not null, bits, (channel, y) => RowOf(picture, channel, y));
                break;
            case PictureFormat.Jpeg:
                using (var jpeg = Encode(picture, path,
                    pixels => pixels.Encode(new SKJpegEncoderOptions(JpegQuality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore))))
                    WriteBytes(path, overwrite, metadata is null ? jpeg.AsSpan() : JpegSegments.WithExif(jpeg.AsSpan(), Exif.Write(metadata), path));
                break;
            default:
                using (var webp = Encode(picture, path, pixels => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, WebpEffort))))
                    WriteBytes(path, overwrite, metadata is null ? webp.AsSpan()
                        : WebpContainer.WithExif(webp.AsSpan(), Exif.Write(metadata), picture.Height, picture.Width, picture.Alpha is not null));
                break;
        }
    }

    /// <summary>A row of one channel (red, green, blue, alpha), valid until the next is asked for.</summary>
    public delegate ReadOnlySpan<float> RowSource(int channel, int y);

    /// <summary>Writes a PNG from rows that need not be in memory all at once.</summary>
    public static void SavePng(string path, bool overwrite, PictureMetadata? metadata, int height, int width, bool alpha, int bits, RowSource rows) =>
        AtomicFile.Write(path, overwrite, stream => WritePng(stream, metadata is { Count: 0 } ? null : metadata, height, width, alpha, bits, rows));

    private static void WritePng(Stream stream, PictureMetadata? metadata, int height, int width, bool alpha, int bits, RowSource rows)
    {
        using var png = new PngWriter(stream, height, width, alpha, bits, metadata);
        var channels = alpha ? 4 : 3;
        var row = new byte[width * channels * bits / 8];
        for (var y = 0; y < height; y++)
        {
            for (var c = 0; c < channels; c++)
            {
                var values = rows(c, y);
                if (bits == 8)
                    for (var x = 0; x < values.Length; x++) row[x * channels + c] = ToByte(values[x]);
                else
                    for (var x = 0; x < values.Length; x++) BinaryPrimitives.WriteUInt16BigEndian(row.AsSpan((x * channels + c) * 2), ToUInt16(values[x]));
            }
            png.WriteRow(row);
        }
        png.Finish();
    }

    /// <summary>Hands the picture to Skia as 8-bit RGBA.</summary>
    private static SKData Encode(Picture picture, string path, Func<SKPixmap, SKData?> encode)
    {
        var info = new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, picture.Alpha is null ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        var bytes = (nuint)picture.Width * (nuint)picture.Height * 4;
        var pixels = (byte*)NativeMemory.Alloc(bytes);
        try
        {
            for (var y = 0; y < picture.Height; y++)
            {
                var row = new Span<byte>(pixels + (long)y * picture.Width * 4, picture.Width * 4);
                for (var c = 0; c < (picture.Alpha is null ? 3 : 4); c++)
                {
                    var values = RowOf(picture, c, y);
                    for (var x = 0; x < values.Length; x++) row[x * 4 + c] = ToByte(values[x]);
                }
                if (picture.Alpha is null)
                    for (var x = 3; x < row.Length; x += 4) row[x] = 255;
            }
            using var pixmap = new SKPixmap(info, (nint)pixels, info.RowBytes);
            return encode(pixmap) ?? throw new ReverieException($"cannot write '{path}': encoding a picture of {picture.Width} x {picture.Height} pixels failed; save as .png");
        }
        finally
        {
            NativeMemory.Free(pixels);
        }
    }

    private static void WriteBytes(string path, bool overwrite, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var (address, length) = ((nint)start, bytes.Length);   // a lambda can capture neither a span nor a fixed pointer
            AtomicFile.Write(path, overwrite, stream => stream.Write(new ReadOnlySpan<byte>((byte*)address, length)));
        }
    }

    private static ReadOnlySpan<float> RowOf(Picture picture, int channel, int y) => channel < 3
        ? picture.Rgb.AsSpan((channel * picture.Height + y) * picture.Width, picture.Width)
        : picture.Alpha.AsSpan(y * picture.Width, picture.Width);

    /// <summary>Clamped to 0..1, scaled and rounded to nearest; NaN becomes 0.</summary>
    private static byte ToByte(float value) => (byte)(Clamp(value) * 255 + 0.5f);

    private static ushort ToUInt16(float value) => (ushort)(Clamp(value) * 65535 + 0.5f);

    private static float Clamp(float value) => value > 0 ? Math.Min(value, 1) : 0;
}
