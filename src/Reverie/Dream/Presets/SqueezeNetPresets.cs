namespace Reverie.Dream.Presets;

/// <summary>Presets of SqueezeNet 1.1.</summary>
internal static class SqueezeNetPresets
{
    public static readonly IReadOnlyList<DreamPreset> All =
    [
        new("weave", "woven and knitted", "fire4/concat", new()),
        new("rings", "rings and eyes", "fire6/concat", new() { Octaves = 6 }),
        new("glow", "colours begin to glow around one great eye", "fire8/concat", new() { Octaves = 6, Smoothing = GradientSmoothing.Laplacian }),
    ];
}
