using Reverie.Dream.Reports;
using Reverie.Imaging;

namespace Reverie.Dream;

/// <summary>A dream, and what is worth knowing about it.</summary>
public sealed record DreamResult : DreamOutcome
{
    /// <summary>The picture.</summary>
    public required Picture Picture { get; init; }
}

/// <summary>A dream on a picture that is not in memory, and what is worth knowing about it.</summary>
public sealed record StreamedDreamResult : DreamOutcome
{
    /// <summary>The picture; it belongs to the caller.</summary>
    public required StreamedPicture Picture { get; init; }
}

/// <summary>What is worth knowing about a dream beside its picture.</summary>
public abstract record DreamOutcome
{
    /// <summary>The sizes dreamt at, in the order of the run: the smallest first.</summary>
    public required IReadOnlyList<OctaveSize> Octaves { get; init; }

    /// <summary>The steps done, over all octaves.</summary>
    public required int Steps { get; init; }

    /// <summary>The steps asked for, over all octaves. More than were done, if the run was cancelled.</summary>
    public required int StepsPlanned { get; init; }

    /// <summary>Whether the run was cancelled before its last step; the picture holds what was dreamt by then, at full size.</summary>
    public bool Cancelled => Steps < StepsPlanned;

    /// <summary>The objective on the input at full size, without jitter.</summary>
    public required double ValueBefore { get; init; }

    /// <summary>The objective on the picture at full size, without jitter; NaN after a cancelled run.</summary>
    public required double ValueAfter { get; init; }

    /// <summary>How many times as strong the objective is in the dream as in the input.</summary>
    public double Gain => ValueAfter / ValueBefore;

    /// <summary>Steps whose gradient was zero everywhere, so that they changed nothing.</summary>
    public required int DeadSteps { get; init; }

    /// <summary>Where the borders of tiles lay; null where there were none.</summary>
    internal TileBorders? Borders { get; init; }

    /// <summary>The objective before each step, in the order of the run.</summary>
    public required IReadOnlyList<double> Values { get; init; }
}
