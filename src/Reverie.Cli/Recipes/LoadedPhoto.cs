using System.Runtime.CompilerServices;
using Reverie.Imaging;

namespace Reverie.Cli.Recipes;

/// <summary>
/// The picture that a command works on, as long as it is in memory. The command holds this and not the picture, so that the picture is garbage once it has moved to a
/// scratch file: a reference on the stack of a running method would keep it.
/// </summary>
internal sealed class LoadedPhoto(Picture picture)
{
    private Picture? _picture = picture;

    /// <summary>The picture.</summary>
    public Picture Value => _picture ?? throw new InvalidOperationException("the picture has moved to a scratch file");

    /// <summary>Rows and columns at the size of the dream.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public (int Height, int Width) Size(int? longSide) => longSide is { } side ? Fit.LongSide(Value.Height, Value.Width, side) : (Value.Height, Value.Width);

    /// <summary>Refuses a target that the picture cannot be written to.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void EnsureSavable(string output, bool force) => Picture.EnsureSavable(output, Value.Height, Value.Width, Value.Alpha is not null, force);

    /// <summary>Moves the picture to a scratch file, at the size of the dream, and forgets it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public StreamedPicture MoveToScratch(int? longSide)
    {
        var (height, width) = Size(longSide);
        var streamed = StreamedPicture.Of((height, width) == Size(null) ? Value : Value.Resize(height, width));
        _picture = null;
        return streamed;
    }

    /// <summary>Reads a picture file.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static LoadedPhoto Load(string path) => new(Picture.Load(path));
}
