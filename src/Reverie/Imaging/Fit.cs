namespace Reverie.Imaging;

/// <summary>Sizes that keep the shape of a picture: nothing is ever stretched, only the rounding to whole pixels changes the ratio of the sides.</summary>
public static class Fit
{
    /// <summary>The size whose shorter side is <paramref name="side"/> pixels, the other side in proportion (rounded to nearest).</summary>
    public static (int Height, int Width) ShortSide(int height, int width, int side) => Scaled(height, width, side, Math.Min(height, width));

    /// <summary>The size whose longer side is <paramref name="side"/> pixels, the other side in proportion (rounded to nearest, at least 1).</summary>
    public static (int Height, int Width) LongSide(int height, int width, int side) => Scaled(height, width, side, Math.Max(height, width));

    /// <summary>The size multiplied by <paramref name="factor"/>, each side rounded to nearest and at least 1.</summary>
    public static (int Height, int Width) Scale(int height, int width, double factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (!(factor > 0) || double.IsInfinity(factor)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "must be positive and finite");
        return (Rounded(height * factor), Rounded(width * factor));
    }

    private static (int Height, int Width) Scaled(int height, int width, int side, int reference)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        // Multiply before dividing: the reference side comes out as exactly `side`.
        return (Rounded((double)height * side / reference), Rounded((double)width * side / reference));
    }

    private static int Rounded(double size) => checked((int)Math.Max(1, Math.Round(size, MidpointRounding.AwayFromZero)));
}
