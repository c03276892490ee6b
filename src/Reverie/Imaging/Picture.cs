namespace Reverie.Imaging;

/// <summary>
/// A picture in memory: three float32 planes [3,H,W] in the order red, green, blue, sRGB-encoded, 0 black to 1 full; and, where the file has
/// transparency, a fourth plane [H,W] of alpha, 0 clear to 1 opaque, by which the colours are not multiplied. Values may leave 0..1 while
/// a picture is worked on; they are clamped when it is saved.
/// </summary>
public sealed class Picture
{
    /// <summary>The most pixels that a picture may have, to be loaded or made: 120 megapixels, 1.44 GB of float32.</summary>
    public const int MaxPixels = 120_000_000;

    /// <summary>The longest side that a picture may have.</summary>
    public const int MaxSide = 100_000;

    /// <summary>A picture that owns the given planes; they are not copied.</summary>
    /// <param name="height">Rows H.</param>
    /// <param name="width">Columns W.</param>
    /// <param name="rgb">[3,H,W], row-major.</param>
    /// <param name="alpha">[H,W], or null for an opaque picture.</param>
    /// <exception cref="ArgumentException">An array's length does not fit the size.</exception>
    /// <exception cref="ReverieException">The size is beyond <see cref="MaxPixels"/> or <see cref="MaxSide"/>.</exception>
    public Picture(int height, int width, float[] rgb, float[]? alpha = null)
    {
        ArgumentNullException.ThrowIfNull(rgb);
        CheckSize(height, width, "a picture");
        Planes.Check(rgb.Length, 3, height, width, nameof(rgb));
        if (alpha is not null) Planes.Check(alpha.Length, 1, height, width, nameof(alpha));
        (Height, Width, Rgb, Alpha) = (height, width, rgb, alpha);
    }

    /// <summary>A black, opaque picture.</summary>
    public Picture(int height, int width) : this(height, width, Allocate(height, width)) { }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>The colours [3,H,W]: value of channel c at row y, column x lies at (c·H + y)·W + x.</summary>
    public float[] Rgb { get; }

    /// <summary>The opacity [H,W], or null where all is opaque.</summary>
    public float[]? Alpha { get; }

    /// <summary>Plane 0 (red), 1 (green) or 2 (blue), [H,W].</summary>
    public Span<float> Plane(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)channel, 2u, nameof(channel));
        return Rgb.AsSpan(channel * Height * Width, Height * Width);
    }

    /// <summary>
    /// Reads a PNG, JPEG, WebP, GIF or BMP file, told by its content: any colour type, 8 or 16 bits, grey, palette, CMYK. EXIF orientation is
    /// applied, colours are converted from the embedded ICC profile to sRGB, alpha is kept (and dropped where it is 1 throughout); of an animation
    /// the first frame is taken.
    /// </summary>
    /// <exception cref="ReverieException">
    /// The file is missing, unreadable, of another format, damaged, cut off, or larger than <see cref="MaxPixels"/>; sizes are checked before
    /// pixels are allocated.
    /// </exception>
    public static Picture Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return PictureDecoder.Load(path);
    }

    /// <summary>The texts in a picture file, without decoding its pixels; empty where there are none (always for GIF and BMP).</summary>
    /// <exception cref="ReverieException">The file is missing, unreadable, no picture, damaged or cut off.</exception>
    public static PictureMetadata ReadMetadata(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return PictureDecoder.ReadMetadata(path);
    }

    /// <summary>
    /// Writes the picture whole or not at all, in the format that the extension names: PNG (lossless), WebP (lossless, but black where alpha is 0)
    /// or JPEG (quality 95, colours at full resolution). Values are clamped to 0..1, multiplied by 255 (65535 for 16 bits) and rounded to nearest.
    /// Equal pictures and texts give equal bytes on one machine.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="metadata">Texts to keep in the file.</param>
    /// <param name="overwrite">Whether an existing file is replaced; by default it is refused.</param>
    /// <param name="bits">Bits of a sample: 8, or 16 for PNG only.</param>
    /// <exception cref="ReverieException">
    /// The file exists, its extension is unknown, its format cannot hold this picture (alpha in JPEG, sides beyond 16383 in WebP or 65500 in JPEG,
    /// texts beyond 64 KB in JPEG, 16 bits elsewhere than in PNG), or it cannot be written.
    /// </exception>
    /// <exception cref="ArgumentException">A key or text of the metadata cannot be stored.</exception>
    public void Save(string path, PictureMetadata? metadata = null, bool overwrite = false, int bits = 8)
    {
        ArgumentNullException.ThrowIfNull(path);
        metadata?.Validate();
        EnsureSavable(path, Height, Width, Alpha is not null, overwrite, bits);
        PictureEncoder.Save(this, path, metadata, overwrite, bits);
    }

    /// <summary>Refuses, before any work is done, a target that <see cref="Save"/> would refuse for a picture of this size.</summary>
    /// <exception cref="ReverieException">As for <see cref="Save"/>.</exception>
    public static void EnsureSavable(string path, int height, int width, bool alpha = false, bool overwrite = false, int bits = 8)
    {
        ArgumentNullException.ThrowIfNull(path);
        AtomicFile.EnsureWritable(path, overwrite);
        PictureEncoder.EnsureHolds(PictureFormats.ForWriting(path), path, height, width, alpha, bits);
    }

    /// <summary>Refuses, before any work is done, a target whose format cannot hold these texts: a JPEG has room for 64 KB.</summary>
    /// <param name="path">The file that will be written.</param>
    /// <param name="metadata">The texts, as far as they are known.</param>
    /// <exception cref="ReverieException">The texts are too long.</exception>
    public static void EnsureHolds(string path, PictureMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(metadata);
        metadata.Validate();
        if (PictureFormats.ForWriting(path) == PictureFormat.Jpeg) JpegSegments.EnsureFits(Exif.Write(metadata), path, reserve: 1024);
    }

    /// <summary>A copy that shares nothing with this picture.</summary>
    public Picture Clone() => new(Height, Width, (float[])Rgb.Clone(), (float[]?)Alpha?.Clone());

    /// <exception cref="ReverieException">The size is beyond the limits.</exception>
    internal static void CheckSize(int height, int width, string what)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if ((long)height * width > MaxPixels)
            throw new ReverieException($"{what} of {width} x {height} pixels is too large; at most {MaxPixels / 1_000_000} megapixels are handled: scale it down first");
        if (Math.Max(height, width) > MaxSide)
            throw new ReverieException($"{what} of {width} x {height} pixels is too long; a side may have at most {MaxSide}: crop it first");
    }

    internal static float[] Allocate(int height, int width)
    {
        CheckSize(height, width, "a picture");
        return new float[3 * height * width];
    }
}
