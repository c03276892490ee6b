using Reverie.Video.Frames;

namespace Reverie.Video;

/// <summary>Which frames of a source are made, and how large.</summary>
public sealed record VideoSelection
{
    /// <summary>Rows of a result frame.</summary>
    public required int Height { get; init; }

    /// <summary>Columns.</summary>
    public required int Width { get; init; }

    /// <summary>The first moment, in seconds from the first frame; null for the beginning.</summary>
    public double? From { get; init; }

    /// <summary>The moment before which it ends; null for the end.</summary>
    public double? To { get; init; }

    /// <summary>Every how many frames is made; the others are left out.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Whether a frame is among them.</summary>
    internal bool Has(VideoFrame frame, Rational timeBase) => frame.Number % Every == 0 && frame.Time * timeBase.Value >= (From ?? 0) - 1e-9 && !IsBeyond(frame, timeBase);

    /// <summary>Whether a frame and all after it are not.</summary>
    internal bool IsBeyond(VideoFrame frame, Rational timeBase) => To is { } end && frame.Time * timeBase.Value >= end - 1e-9;

    /// <summary>About how many frames of a source these are.</summary>
    public int Count(VideoInfo source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var seconds = Math.Min(To ?? source.Seconds, source.Seconds) - Math.Min(From ?? 0, source.Seconds);
        return Math.Clamp((int)Math.Ceiling(seconds * source.FrameRate.Value / Every - 1e-6), 1, source.Frames);
    }
}
