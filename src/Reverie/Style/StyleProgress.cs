using Reverie.Imaging;

namespace Reverie.Style;

/// <summary>Where a style transfer stands after an evaluation.</summary>
/// <param name="Scale">The size being painted, from 1.</param>
/// <param name="Scales">How many there are.</param>
/// <param name="Evaluation">The evaluation at this size, from 1.</param>
/// <param name="Evaluations">The most evaluations at this size.</param>
/// <param name="Height">Rows of this size.</param>
/// <param name="Width">Columns of this size.</param>
/// <param name="Value">The objective.</param>
/// <param name="Done">Work done, in pixels x evaluations.</param>
/// <param name="Total">All work, in pixels x evaluations.</param>
public readonly record struct StyleProgress(int Scale, int Scales, int Evaluation, int Evaluations, int Height, int Width, double Value, long Done, long Total)
{
    /// <summary>Draws the picture as it stands, at its present size; only while the progress is being reported. Costs a copy.</summary>
    public Func<Picture>? Draw { get; init; }
}
