namespace Reverie.Imaging;

/// <summary>A picture whose pixels are in a scratch file and not in memory, for pictures that are worked on part by part. Belongs to who made it.</summary>
public sealed class StreamedPicture : IDisposable
{
    internal StreamedPicture(PlaneStore rgb, float[]? alpha) => (Rgb, Alpha) = (rgb, alpha);

    /// <summary>Rows.</summary>
    public int Height => Rgb.Height;

    /// <summary>Columns.</summary>
    public int Width => Rgb.Width;

    /// <summary>Whether some of it is transparent.</summary>
    public bool HasAlpha => Alpha is not null;

    /// <summary>The colours.</summary>
    internal PlaneStore Rgb { get; }

    /// <summary>The opacity [H,W], or null where all is opaque: one plane, which stays in memory.</summary>
    internal float[]? Alpha { get; }

    /// <summary>Reads a picture file as <see cref="Picture.Load"/> does (whole, for a moment: 12 bytes a pixel and what the decoder needs), and moves it to a scratch file.</summary>
    /// <exception cref="ReverieException">As for <see cref="Picture.Load"/>; or the temporary folder has too little room.</exception>
    public static StreamedPicture Load(string path)
    {
        var streamed = Of(Picture.Load(path));
        // The planes are garbage now, and a large share of what the process may have: the run that follows needs it more than the heap does.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return streamed;
    }

    /// <summary>A copy of a picture.</summary>
    /// <exception cref="ReverieException">The temporary folder has too little room.</exception>
    public static StreamedPicture Of(Picture picture)
    {
        var store = new ScratchPlanes(picture.Height, picture.Width);
        for (var place = 0; place < picture.Rgb.Length; place += PlaneStore.Block)
            store.Write(place, picture.Rgb.AsSpan(place, Math.Min(PlaneStore.Block, picture.Rgb.Length - place)));
        return new(store, picture.Alpha);
    }

    /// <summary>All of it in memory.</summary>
    /// <exception cref="ReverieException">It is larger than a picture in memory may be.</exception>
    public Picture ToPicture()
    {
        var picture = new Picture(Height, Width, Picture.Allocate(Height, Width), Alpha);
        Rgb.Read(0, picture.Rgb);
        return picture;
    }

    /// <summary>Writes a PNG row by row, whole or not at all: the same bytes as <see cref="Picture.Save"/> writes.</summary>
    /// <exception cref="ReverieException">The file's name does not end in .png, it exists, or it cannot be written.</exception>
    public void Save(string path, PictureMetadata? metadata = null, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        metadata?.Validate();
        EnsureSavable(path, overwrite);
        var row = new float[Width];
        PictureEncoder.SavePng(path, overwrite, metadata, Height, Width, HasAlpha, bits: 8, (channel, y) =>
        {
            if (channel == 3) return Alpha.AsSpan(y * Width, Width);
            Rgb.Read(((long)channel * Height + y) * Width, row);
            return row;
        });
    }

    /// <summary>Refuses, before any work is done, a target that <see cref="Save"/> would refuse.</summary>
    /// <exception cref="ReverieException">As for <see cref="Save"/>.</exception>
    public static void EnsureSavable(string path, bool overwrite = false)
    {
        AtomicFile.EnsureWritable(path, overwrite);
        if (PictureFormats.ForWriting(path) != PictureFormat.Png) throw new ReverieException($"cannot write '{path}': pictures too large for the memory are written as .png only; name it so");
    }

    /// <summary>Gives the scratch file back.</summary>
    public void Dispose() => Rgb.Dispose();
}
