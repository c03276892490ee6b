using Reverie.Imaging;

namespace Reverie.Dream.Storyboards;

/// <summary>The settings of a dream as a storyboard's file names them: as the options of the command line, without the dashes.</summary>
internal static class StorySettings
{
    /// <summary>Each name with what it does to a dream.</summary>
    public static readonly IReadOnlyDictionary<string, Func<StoryValue, DeepDream, StoryNode, DeepDream>> Known = new Dictionary<string, Func<StoryValue, DeepDream, StoryNode, DeepDream>>(StringComparer.Ordinal)
    {
        ["size"] = static (value, dream, node) => dream with { Size = value.Whole("size", node, Octaves.SmallestSide, Picture.MaxSide) },
        ["seed"] = static (value, dream, node) => dream with { Seed = (ulong)value.Whole("seed", node, 0, int.MaxValue) },
        ["octaves"] = static (value, dream, node) => dream with { Octaves = value.Whole("octaves", node, 1, 64) },
        ["octave-scale"] = static (value, dream, node) => dream with { OctaveScale = value.Number("octave-scale", node, 1.01, 10) },
        ["steps"] = static (value, dream, node) => dream with { Steps = value.Whole("steps", node, 1, 100_000) },
        ["step-size"] = static (value, dream, node) => dream with { StepSize = value.Number("step-size", node, -255, 255) },
        ["jitter"] = static (value, dream, node) => dream with { Jitter = value.Whole("jitter", node, 0, 4096) },
        ["total-variation"] = static (value, dream, node) => dream with { TotalVariation = value.Number("total-variation", node, 0, 100) },
        ["carry"] = static (value, dream, node) => dream with { Carry = value.Choice("carry", node, ("detail", OctaveCarry.Detail), ("picture", OctaveCarry.Picture)) },
        ["normaliser"] = static (value, dream, node) => dream with { Normaliser = value.Choice("normaliser", node, ("mean", GradientNorm.Mean), ("std", GradientNorm.Deviation), ("adam", GradientNorm.Adam)) },
        ["smoothing"] = static (value, dream, node) => dream with { Smoothing = value.Choice("smoothing", node, ("none", GradientSmoothing.None), ("laplacian", GradientSmoothing.Laplacian), ("cascade", GradientSmoothing.Cascade)) },
        ["colour-lock"] = static (value, dream, node) => dream with { Colours = value.Choice("colour-lock", node, ("none", ColourLock.None), ("moments", ColourLock.Moments), ("chroma", ColourLock.Chroma)) },
        ["seamless"] = static (value, dream, node) => dream with { Seamless = value.Choice("seamless", node, ("none", Seamless.None), ("x", Seamless.Across), ("both", Seamless.Both)) },
    };
}
