using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace Reverie.Imaging;

/// <summary>
/// Reads PNGs of 16-bit samples, sRGB ones to the last bit: grey or RGB, with alpha or a transparent colour, interlaced or not. Skia would give their
/// pixels only as half floats, which have 11 bits.
/// </summary>
internal static unsafe class Png16Reader
{
    // Adam7: where a pass begins, and its steps.
    private static readonly (int X, int Y, int StepX, int StepY)[] Passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Decodes all pixels into the planes, which it returns.</summary>
    /// <param name="file">A PNG of 16 bits.</param>
    /// <param name="png">Its layout.</param>
    /// <param name="planes">Takes the pixels, as sRGB.</param>
    /// <param name="from">The colour space of the samples, from which Skia converts to within 2e-4; null for sRGB, which is taken over exactly.</param>
    /// <exception cref="ReverieException">The compressed data are damaged or end too soon.</exception>
    public static OrientedPlanes Decode(PictureFile file, PngLayout png, OrientedPlanes planes, SKColorSpace? from)
    {
        using var data = new PartsStream(file.Bytes, png.Data);
        using var pixels = new ZLibStream(data, CompressionMode.Decompress);
        try
        {
            foreach (var (x, y, stepX, stepY) in png.Interlaced ? Passes : [(0, 0, 1, 1)])
            {
                var (width, height) = ((png.Width - x + stepX - 1) / stepX, (png.Height - y + stepY - 1) / stepY);
                if (width > 0 && height > 0) ReadPass(pixels, file, png, planes, from, (x, y, stepX, stepY, width, height));
            }
            return planes;
        }
        catch (EndOfStreamException e)
        {
            throw new ReverieException($"'{file.Path}' is a PNG that is cut off; copy or download it again", e);
        }
        catch (InvalidDataException e)
        {
            throw new ReverieException($"'{file.Path}' is a damaged PNG (its pixels cannot be unpacked); copy or download it again", e);
        }
    }

    private static void ReadPass(Stream pixels, PictureFile file, PngLayout png, OrientedPlanes planes, SKColorSpace? from,
        (int X, int Y, int StepX, int StepY, int Width, int Height) pass)
    {
        var pixelBytes = png.Samples * 2;
        var row = new byte[pixelBytes + pass.Width * pixelBytes];
        var above = new byte[row.Length];
        var samples = new ushort[4 * pass.Width];
        var colours = new float[4 * pass.Width];
        var clear = ClearColour(file, png);
        for (var y = 0; y < pass.Height; y++, (row, above) = (above, row))
        {
            var filter = pixels.ReadByte();
            if (filter < 0) throw new EndOfStreamException();
            if (filter >= PngFilter.Count) throw new ReverieException($"'{file.Path}' is a damaged PNG (a row is filtered by method {filter}, which PNG has not); copy or download it again");
            pixels.ReadExactly(row.AsSpan(pixelBytes));
            PngFilter.Undo(filter, row, above, pixelBytes);
            Unpack(row.AsSpan(pixelBytes), png.ColourType, clear, samples);
            if (from is null)
                for (var i = 0; i < samples.Length; i++) colours[i] = samples[i] / 65535f;
            else Convert(samples, from, colours);
            planes.SetRow(pass.Y + y * pass.StepY, colours, pass.X, pass.StepX);
        }
    }

    /// <summary>The one colour that is transparent, as red, green, blue; null where there is none.</summary>
    private static (ushort, ushort, ushort)? ClearColour(PictureFile file, PngLayout png)
    {
        ReadOnlySpan<byte> colour = file.Bytes.AsSpan(png.Transparency);
        if (png.ColourType is not (0 or 2) || colour.Length < 2 * png.Samples) return null;
        var step = png.ColourType == 2 ? 2 : 0;
        return (BinaryPrimitives.ReadUInt16BigEndian(colour), BinaryPrimitives.ReadUInt16BigEndian(colour[step..]),
            BinaryPrimitives.ReadUInt16BigEndian(colour[(2 * step)..]));
    }

    /// <summary>Big-endian samples of any colour type into RGBA.</summary>
    private static void Unpack(ReadOnlySpan<byte> row, int colourType, (ushort, ushort, ushort)? clear, Span<ushort> rgba)
    {
        var colour = (colourType & 2) != 0;
        var alpha = (colourType & 4) != 0;
        for (var i = 0; i < rgba.Length; i += 4)
        {
            var red = Take(ref row);
            var (green, blue) = colour ? (Take(ref row), Take(ref row)) : (red, red);
            rgba[i] = red;
            rgba[i + 1] = green;
            rgba[i + 2] = blue;
            rgba[i + 3] = alpha ? Take(ref row) : clear == (red, green, blue) ? (ushort)0 : ushort.MaxValue;
        }

        static ushort Take(ref ReadOnlySpan<byte> row)
        {
            var value = BinaryPrimitives.ReadUInt16BigEndian(row);
            row = row[2..];
            return value;
        }
    }

    private static void Convert(ushort[] samples, SKColorSpace from, float[] colours)
    {
        using var srgb = SKColorSpace.CreateSrgb();
        var width = samples.Length / 4;
        fixed (ushort* source = samples)
        fixed (float* target = colours)
        {
            using var row = new SKPixmap(new SKImageInfo(width, 1, SKColorType.Rgba16161616, SKAlphaType.Unpremul, from), (nint)source);
            var wanted = new SKImageInfo(width, 1, SKColorType.RgbaF32, SKAlphaType.Unpremul, srgb);
            if (!row.ReadPixels(wanted, (nint)target, wanted.RowBytes))
                throw new InvalidOperationException("Skia converts no row of 16-bit samples to sRGB");
        }
    }

    /// <summary>Several parts of an array as one stream.</summary>
    private sealed class PartsStream(byte[] bytes, IReadOnlyList<Range> parts) : ReadingStream
    {
        private int _part;
        private int _read;

        public override int Read(Span<byte> buffer)
        {
            for (; _part < parts.Count; _part++, _read = 0)
            {
                var rest = bytes.AsSpan(parts[_part])[_read..];
                if (rest.IsEmpty) continue;
                var count = Math.Min(rest.Length, buffer.Length);
                rest[..count].CopyTo(buffer);
                _read += count;
                return count;
            }
            return 0;
        }
    }
}
