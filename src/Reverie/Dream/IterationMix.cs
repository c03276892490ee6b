namespace Reverie.Dream;

/// <summary>
/// Another objective that takes over some of a round's steps, evenly spread: the way from one dream to another goes through mixtures of iterations, since a blend of two
/// pictures is a double exposure.
/// </summary>
public sealed record IterationMix
{
    /// <summary>The other objective.</summary>
    public required Objective Objective { get; init; }

    /// <summary>The share of the steps that follow it, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>What was left over of the share before the first step, 0 to 1: carried from frame to frame, so that also few steps are shared as they should be.</summary>
    public double Carried { get; init; }

    /// <summary>Whether a step follows the other objective.</summary>
    /// <param name="number">The step's number in the round, from 0.</param>
    internal bool Takes(int number) => Math.Floor(Carried + (number + 1) * Share + Slack) > Math.Floor(Carried + number * Share + Slack);

    // sums of shares such as 0.1 that should be whole are so up to rounding only
    internal const double Slack = 1e-9;
}
