namespace Reverie.Tiling;

/// <summary>Positions along one axis, from <paramref name="Begin"/> to before <paramref name="End"/>; empty where they are not in this order.</summary>
/// <param name="Begin">The first position.</param>
/// <param name="End">The position after the last.</param>
public readonly record struct Interval(long Begin, long End)
{
    /// <summary>No position.</summary>
    public static Interval Empty => new(0, 0);

    /// <summary>Whether there is no position in it.</summary>
    public bool IsEmpty => End <= Begin;

    /// <summary>The number of positions.</summary>
    public long Length => Math.Max(0, End - Begin);

    /// <summary>The smallest interval that holds both.</summary>
    public Interval Union(Interval other) =>
        IsEmpty ? other : other.IsEmpty ? this : new(Math.Min(Begin, other.Begin), Math.Max(End, other.End));

    /// <summary>The positions in both.</summary>
    public Interval Intersect(Interval other)
    {
        var both = new Interval(Math.Max(Begin, other.Begin), Math.Min(End, other.End));
        return both.IsEmpty ? Empty : both;
    }

    /// <summary>Those positions that an axis of a size has; all of them where it has no ends (null).</summary>
    public Interval Within(long? size) => size is { } known ? Intersect(new(0, known)) : this;

    /// <summary>All positions moved.</summary>
    public Interval Shift(long by) => new(Begin + by, End + by);

    /// <inheritdoc/>
    public override string ToString() => $"[{Begin}, {End})";
}
