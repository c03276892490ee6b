namespace Reverie.Imaging;

/// <summary>Checks that a buffer holds the planes that its caller says.</summary>
internal static class Planes
{
    /// <summary>Returns H·W after checking that <paramref name="length"/> is C·H·W with every size at least 1.</summary>
    public static int Check(int length, int channels, int height, int width, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        // (long)C·H·W could overflow only for sizes whose product no array can have, so multiply in Int128 once, here.
        if ((Int128)channels * height * width != length)
            throw new ArgumentException($"{name} has {length} values where [{channels},{height},{width}] needs {(Int128)channels * height * width}", name);
        return height * width;
    }
}
