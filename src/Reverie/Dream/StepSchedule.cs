using Reverie.Dream.Gradients;

namespace Reverie.Dream;

/// <summary>How far the steps of one round go at each octave, and under which rolls the network sees the picture.</summary>
internal sealed class StepSchedule(DeepDream settings, int octaves, int round)
{
    // Each round has jitter of its own; the first one's is that of a dream without rounds.
    private readonly CounterRandom _random = new(settings.Seed, index: (uint)round);

    /// <summary>How far a step of an octave (0 is the largest) goes, in units of full intensity.</summary>
    public double StepSize(int octave) => (settings.OctaveStrength is { } curve ? settings.StepSize * At(curve, octaves - 1 - octave) : settings.StepSize) / 255;

    /// <summary>The next step's roll.</summary>
    public Shift Jitter() => settings.Jitter == 0 ? default : new(_random.Next(-settings.Jitter, settings.Jitter), _random.Next(-settings.Jitter, settings.Jitter));

    // A curve over the octaves asked for, read at one of them (counted from the smallest that there is).
    private double At(IReadOnlyList<double> curve, int fromSmallest)
    {
        var left = octaves - 1 - fromSmallest;   // octaves too small for the picture are missing at the beginning
        var position = settings.Octaves == 1 ? 0 : (settings.Octaves - 1 - left) / (settings.Octaves - 1.0) * (curve.Count - 1);
        var below = Math.Clamp((int)position, 0, curve.Count - 1);
        return below == curve.Count - 1 ? curve[below] : curve[below] + (position - below) * (curve[below + 1] - curve[below]);
    }
}
