namespace Reverie.Dream.Presets;

/// <summary>Presets of SqueezeNet 1.1.</summary>
internal static class SqueezeNetPresets
{
    public static readonly IReadOnlyList<DreamPreset> All =
    [
        new("threads", "fine threads along the contours", "fire2/concat", new() { Octaves = 4 }),
        new("weave", "woven and knitted", "fire4/concat", new()),
        new("feathers", "feathers, leaves and fans", "fire6/concat", new() { Octaves = 6 }),
        new("faces", "eyes and beaks", "fire8/concat", new() { Octaves = 6, Smoothing = GradientSmoothing.Laplacian }),
    ];
}
