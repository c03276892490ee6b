using System.Numerics.Tensors;
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
                ?? throw new ReverieException($"'{path}' is damaged, or a {Name(file.Format)} of a rare kind: its header cannot be read; copy it again or save it as PNG with another program");
            var (width, height) = (codec.Info.Width, codec.Info.Height);
            if (width < 1 || height < 1) throw Damaged(file);
            Picture.CheckSize(height, width, $"'{path}'");
            BombGuard.Check(file, height, width);

            var orientation = Exif.ReadOrientation(file.Bytes.AsSpan(file.ExifRange));
            OrientedPlanes Allocate() => new(height, width, orientation, alpha: codec.Info.AlphaType != SKAlphaType.Opaque);
            if (file.Png is { Bits: 16 } png && !NeedsTable(file, png))
                return Png16Reader.Decode(file, png, Allocate(), codec.Info.ColorSpace is { IsSrgb: false } other ? other : null).ToPicture();
            using var srgb = SKColorSpace.CreateSrgb();
            var info = new SKImageInfo(width, height, file.Png is { Bits: 16 } ? SKColorType.RgbaF16 : SKColorType.Rgba8888,
                codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul, srgb);
            // JPEG comes in bands of rows; Skia decodes the other formats only as a whole.
            return (file.Format == PictureFormat.Jpeg ? DecodeBands(codec, info, Allocate(), file) : DecodeWhole(codec, info, Allocate, file)).ToPicture();
        }
    }

    /// <summary>
    /// Whether the ICC profile converts by tables instead of a matrix and curves. Only Skia's own decoding knows these, and gives 16-bit samples
    /// as half floats.
    /// </summary>
    private static bool NeedsTable(PictureFile file, PngLayout png)
    {
        if (png.Profile.Equals(0..0)) return false;
        using var profile = PngText.Profile(file.Bytes.AsSpan(png.Profile)) is { } icc ? SKColorSpace.CreateIcc(icc) : null;
        return profile is null;
    }

    private static OrientedPlanes DecodeBands(SKCodec codec, SKImageInfo info, OrientedPlanes planes, PictureFile file)
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
        return planes;
    }

    private static OrientedPlanes DecodeWhole(SKCodec codec, SKImageInfo info, Func<OrientedPlanes> allocate, PictureFile file)
    {
        var rowBytes = info.Width * info.BytesPerPixel;
        // Zeros, and Skia is told so: it then leaves alone what a file that is cut off does not fill, and no memory is touched for it.
        var pixels = (byte*)NativeMemory.AllocZeroed((nuint)rowBytes * (nuint)info.Height);
        try
        {
            Require(codec.GetPixels(info, (nint)pixels, rowBytes, new SKCodecOptions(SKZeroInitialized.Yes)), file);
            var planes = allocate();   // only now: a damaged file must not cost the memory of a whole picture twice
            var wide = info.ColorType == SKColorType.RgbaF16 ? new float[4 * info.Width] : [];
            for (var y = 0; y < info.Height; y++)
            {
                var row = new ReadOnlySpan<byte>(pixels + (long)y * rowBytes, rowBytes);
                if (wide.Length == 0)
                {
                    planes.SetRow(y, row);
                    continue;
                }
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(row), wide);
                planes.SetRow(y, wide);
            }
            return planes;
        }
        finally
        {
            NativeMemory.Free(pixels);
        }
    }

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
