using System.Runtime.Intrinsics;

namespace Reverie.Video.Flow;

/// <summary>
/// A plane with a margin on every side, so that neighbours and whole vectors can be read beyond the borders without asking. <see cref="Replicate"/> fills the margin with the
/// nearest values.
/// </summary>
internal sealed class FlowPlane
{
    /// <summary>The margin: two patches, and more than a vector.</summary>
    public const int Margin = 16;

    /// <summary>A plane of zeros.</summary>
    public FlowPlane(int height, int width)
    {
        (Height, Width) = (height, width);
        Stride = width + 2 * Margin;
        Values = new float[(height + 2 * Margin) * Stride + Vector256<float>.Count];
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>From one row to the next.</summary>
    public int Stride { get; }

    /// <summary>All values, with the margins.</summary>
    public float[] Values { get; }

    /// <summary>Where row y begins; rows from -Margin to Height + Margin - 1 exist.</summary>
    public int Row(int y) => (y + Margin) * Stride + Margin;

    /// <summary>The values of a row without its margins.</summary>
    public Span<float> Line(int y) => Values.AsSpan(Row(y), Width);

    /// <summary>Fills the margins with the values at the border.</summary>
    public void Replicate()
    {
        for (var y = 0; y < Height; y++) ReplicateRow(y);
        for (var y = 1; y <= Margin; y++)
        {
            Values.AsSpan(Row(0) - Margin, Stride).CopyTo(Values.AsSpan(Row(-y) - Margin, Stride));
            Values.AsSpan(Row(Height - 1) - Margin, Stride).CopyTo(Values.AsSpan(Row(Height - 1 + y) - Margin, Stride));
        }
    }

    private void ReplicateRow(int y)
    {
        var row = Row(y);
        Values.AsSpan(row - Margin, Margin).Fill(Values[row]);
        Values.AsSpan(row + Width, Margin).Fill(Values[row + Width - 1]);
    }
}
