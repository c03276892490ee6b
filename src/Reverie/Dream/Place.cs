namespace Reverie.Dream;

/// <summary>A point of a picture, independent of the size at which it is dreamt on.</summary>
/// <param name="X">From the left, as a fraction of the width: 0 up to 1.</param>
/// <param name="Y">From the top, as a fraction of the height: 0 up to 1.</param>
public readonly record struct Place(double X, double Y)
{
    /// <summary>The cell of a grid of a height and width that the point falls into.</summary>
    internal (int Row, int Column) In(int height, int width) => (Cell(Y, height), Cell(X, width));

    private static int Cell(double position, int count) => Math.Clamp((int)Math.Floor(position * count), 0, count - 1);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{100 * X:0.##}%,{100 * Y:0.##}%");
}
