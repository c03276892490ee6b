namespace Reverie.Tiling;

/// <summary>A tensor whose positions correspond to places of the picture.</summary>
/// <param name="AxisY">Which of its axes runs down the picture.</param>
/// <param name="AxisX">Which of its axes runs across the picture.</param>
/// <param name="StepY">Pixels per position, down.</param>
/// <param name="StepX">Pixels per position, across.</param>
internal sealed record LocalTensor(int AxisY, int AxisX, Ratio StepY, Ratio StepX);

/// <summary>One tensor read for another, and which of its positions are.</summary>
internal sealed record LocalEdge(string From, string To, Footprint Y, Footprint X);
