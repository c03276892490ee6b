namespace Reverie.Video;

/// <summary>What is known of a frame that was made; the numbers are those of the report.</summary>
public sealed record FrameNote
{
    /// <summary>The frame of the source, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>When it is shown, in ticks of the source's time base after its first frame.</summary>
    public required long Time { get; init; }

    /// <summary>The shot, from 0.</summary>
    public required int Shot { get; init; }

    /// <summary>Whether it begins the shot, and was made without a frame before it.</summary>
    public required bool IsKey { get; init; }

    /// <summary>The mean change of hue, saturation and value from the frame before, on 8 bits; null for the first.</summary>
    public double? Change { get; init; }

    /// <summary>The share of the frame whose flow to the frame before holds; null for the first.</summary>
    public double? ValidShare { get; init; }

    /// <summary>The warping error from the frame before in the source: what flow leaves unexplained. Null at key frames.</summary>
    public double? SourceError { get; init; }

    /// <summary>The warping error from the frame before in the result. Null at key frames.</summary>
    public double? ResultError { get; init; }

    /// <summary>How well the detail stays on what it was made on, from -1 to 1. Null at key frames.</summary>
    public double? Persistence { get; init; }

    /// <summary>The method's objective at the result over that at the source (a dream's activation gain), or its loss; null where it has none.</summary>
    public double? Objective { get; init; }

    /// <summary>Where the objective of the shot's key frame is known: this frame's over it.</summary>
    public double? ObjectiveOverKey { get; init; }
}
