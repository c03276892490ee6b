using System.Runtime.InteropServices;
using SkiaSharp;

namespace Reverie.Imaging;

/// <summary>Decodes picture files with Skia, straight into oriented float32 planes.</summary>
internal static unsafe class PictureDecoder
{
    private const int BandRows = 64;

    public static PictureMetadata ReadMetadata(string path)
    {
        var file = PictureFile.Read(path);
        return file.Format == PictureFormat.Png ? PngText.Read(file.Bytes, path) : Exif.ReadTexts(file.Bytes.AsSpan(file.ExifRange));
    }

    public static Picture Load(string path)
    {
        var file = PictureFile.Read(path);
        fixed (byte* bytes = file.Bytes)
        {
            using var data = SKData.Create((nint)bytes, file.Bytes.Length);
            using var codec = SKCodec.Create(data)
                ?? throw new ReverieException($"'{path}' is damaged: its {Name(file.Format)} header cannot be read; copy or download it again");
            var (width, height) = (codec.Info.Width, codec.Info.Height);
            if (width < 1 || height < 1) throw Damaged(file);
            Picture.CheckSize(height, width, $"'{path}'");

            // Half floats only for 16-bit samples: what has 8 bits comes exactly as it is stored.
            using var srgb = SKColorSpace.CreateSrgb();
            var info = new SKImageInfo(width, height, file.Bits == 16 ? SKColorType.RgbaF16 : SKColorType.Rgba8888,
                codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul, srgb);
            var planes = new OrientedPlanes(height, width, OrientationOf(codec, file), alpha: info.AlphaType != SKAlphaType.Opaque);
            // JPEG comes in bands of rows; Skia decodes the other formats only as a whole.
            if (file.Format == PictureFormat.Jpeg) DecodeBands(codec, info, planes, file);
            else DecodeWhole(codec, info, planes, file);
            return planes.ToPicture();
        }
    }

    private static void DecodeBands(SKCodec codec, SKImageInfo info, OrientedPlanes planes, PictureFile file)
    {
        Require(codec.StartScanlineDecode(info), file);
        var band = new byte[BandRows * info.RowBytes];
        fixed (byte* pixels = band)
        {
            for (var y = 0; y < info.Height; y += BandRows)
            {
                var rows = Math.Min(BandRows, info.Height - y);
                if (codec.GetScanlines((nint)pixels, rows, info.RowBytes) != rows) throw CutOff(file);
                for (var r = 0; r < rows; r++) planes.SetRow(y + r, new ReadOnlySpan<byte>(pixels + (long)r * info.RowBytes, info.RowBytes));
            }
        }
    }

    private static void DecodeWhole(SKCodec codec, SKImageInfo info, OrientedPlanes planes, PictureFile file)
    {
        var rowBytes = info.Width * info.BytesPerPixel;
        var pixels = (byte*)NativeMemory.Alloc((nuint)rowBytes * (nuint)info.Height);
        try
        {
            Require(codec.GetPixels(info, (nint)pixels, rowBytes, new SKCodecOptions(SKZeroInitialized.No)), file);
            for (var y = 0; y < info.Height; y++)
            {
                var row = new ReadOnlySpan<byte>(pixels + (long)y * rowBytes, rowBytes);
                if (info.ColorType == SKColorType.RgbaF16) planes.SetRow(y, MemoryMarshal.Cast<byte, Half>(row));
                else planes.SetRow(y, row);
            }
        }
        finally
        {
            NativeMemory.Free(pixels);
        }
    }

    /// <summary>Skia knows the orientation of JPEG and WebP; PNG keeps it in a chunk that it does not read.</summary>
    private static int OrientationOf(SKCodec codec, PictureFile file) =>
        file.Format == PictureFormat.Png ? Exif.ReadOrientation(file.Bytes.AsSpan(file.ExifRange)) : (int)codec.EncodedOrigin;

    private static void Require(SKCodecResult result, PictureFile file)
    {
        switch (result)
        {
            case SKCodecResult.Success:
                return;
            case SKCodecResult.IncompleteInput:
                throw CutOff(file);
            case SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput:
                throw Damaged(file);
            default:
                throw new ReverieException($"'{file.Path}' cannot be decoded as {Name(file.Format)} ({result}); save it as PNG with another program first");
        }
    }

    private static ReverieException CutOff(PictureFile file) =>
        new($"'{file.Path}' is a {Name(file.Format)} that is cut off; copy or download it again");

    private static ReverieException Damaged(PictureFile file) =>
        new($"'{file.Path}' is a damaged {Name(file.Format)}; copy or download it again");

    private static string Name(PictureFormat format) => format switch
    {
        PictureFormat.Webp => "WebP",
        _ => format.ToString().ToUpperInvariant(),
    };
}
