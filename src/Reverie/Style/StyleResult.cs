using Reverie.Imaging;
using Reverie.Style.Optimisation;

namespace Reverie.Style;

/// <summary>A painted picture, and what is worth knowing about it.</summary>
public sealed record StyleResult
{
    /// <summary>The picture.</summary>
    public required Picture Picture { get; init; }

    /// <summary>The sizes, in the order of the run: the smallest first.</summary>
    public required IReadOnlyList<StyleScaleResult> Scales { get; init; }

    /// <summary>The evaluations done, over all sizes.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Whether the run was cancelled; the picture is the best by then, at full size.</summary>
    public required bool Cancelled { get; init; }

    /// <summary>The terms of the objective at the last size that was reached.</summary>
    public required IReadOnlyList<StyleTermResult> Terms { get; init; }

    /// <summary>The map of regions, one colour each, where there were any; null otherwise.</summary>
    public Picture? RegionMap { get; init; }
}

/// <summary>What was done at one size.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Network">The network that saw.</param>
/// <param name="Evaluations">Evaluations done.</param>
/// <param name="Planned">The most evaluations allowed.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Values">The objective at every evaluation.</param>
public sealed record StyleScaleResult(int Height, int Width, string Network, int Evaluations, int Planned, OptimizerEnd End, IReadOnlyList<double> Values);

/// <summary>One term of the objective.</summary>
/// <param name="Kind">What it compares.</param>
/// <param name="Layer">The tensor; empty for total variation.</param>
/// <param name="Style">The number of the style, from 0, where styles have losses of their own.</param>
/// <param name="Weight">By what its value is multiplied in the objective.</param>
/// <param name="Before">Its value at the content picture.</param>
/// <param name="After">Its value at the result, at the precision of the optimiser.</param>
public sealed record StyleTermResult(StyleTermKind Kind, string Layer, int Style, double Weight, double Before, double After);
