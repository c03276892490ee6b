using System.Text.Json.Serialization;

namespace Reverie.Dream.Storyboards;

/// <summary>What a storyboard says at one time. What a keyframe leaves out it does not touch: that goes on between the keyframes that do say it.</summary>
public sealed record Keyframe
{
    /// <summary>The frame, from 0; need not be whole.</summary>
    [JsonRequired]
    public double At { get; init; }

    /// <summary>What is dreamt of. Between two keyframes the later one's takes over more and more of the steps.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Objective? Objective { get; init; }

    /// <summary>How strong the steps are: a factor of the dream's step size.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Strength { get; init; }

    /// <summary>Sizes to dream at, rounded to whole ones between keyframes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Octaves { get; init; }

    /// <summary>Steps at each size, rounded likewise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Steps { get; init; }

    /// <summary>How many times as large the picture becomes from one frame to the next; between keyframes its logarithm is interpolated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Zoom { get; init; }

    /// <summary>How far the picture turns to the left from one frame to the next, in degrees.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Rotate { get; init; }

    /// <summary>How far the picture moves to the right from one frame to the next, as a fraction of its width.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ShiftX { get; init; }

    /// <summary>How far it moves to the bottom, as a fraction of its height.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ShiftY { get; init; }

    /// <summary>The point about which the picture is enlarged and turned; its middle where no keyframe says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Place? Centre { get; init; }

    /// <exception cref="ReverieException">A number is out of range.</exception>
    internal void Validate()
    {
        Check(At, 0, 10_000_000, "at");
        Check(Strength, -100, 100, "strength");
        Check(Octaves, 1, 64, "octaves");
        Check(Steps, 0, 100_000, "steps");
        Check(Zoom, 0.5, 2, "zoom");
        Check(Rotate, -180, 180, "rotate");
        Check(ShiftX, -1, 1, "shift");
        Check(ShiftY, -1, 1, "shift");
        Check(Centre?.X, 0, 1, "centre");
        Check(Centre?.Y, 0, 1, "centre");

        static void Check(double? value, double least, double most, string name)
        {
            if (value is { } number && !(number >= least && number <= most)) throw new ReverieException(FormattableString.Invariant($"{name} must be between {least} and {most} (zoom, rotate and shift are by frame), not {number}"));
        }
    }
}
