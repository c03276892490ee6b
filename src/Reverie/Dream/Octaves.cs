namespace Reverie.Dream;

/// <summary>One size at which a dream is dreamt.</summary>
/// <param name="Height">In pixels.</param>
/// <param name="Width">In pixels.</param>
public readonly record struct OctaveSize(int Height, int Width)
{
    /// <summary>The number of pixels.</summary>
    public long Pixels => (long)Height * Width;
}

/// <summary>The sizes of a dream, each smaller than the one before by the same ratio.</summary>
internal static class Octaves
{
    /// <summary>A network sees little in pictures smaller than this.</summary>
    public const int SmallestSide = 32;

    /// <summary>
    /// The sizes from the largest to the smallest: each is the one before divided by the ratio and rounded to even halves, as <c>scipy.ndimage.zoom</c>
    /// rounds them in the 2015 notebook. Sizes below <see cref="SmallestSide"/> are left out.
    /// </summary>
    public static List<OctaveSize> Sizes(int height, int width, int count, double ratio)
    {
        var sizes = new List<OctaveSize> { new(height, width) };
        while (sizes.Count < count)
        {
            var last = sizes[^1];
            var next = new OctaveSize(Rounded(last.Height / ratio), Rounded(last.Width / ratio));
            if (Math.Min(next.Height, next.Width) < SmallestSide) break;
            sizes.Add(next);
        }
        return sizes;
    }

    private static int Rounded(double size) => (int)Math.Round(size, MidpointRounding.ToEven);
}
