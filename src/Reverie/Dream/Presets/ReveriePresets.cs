namespace Reverie.Dream.Presets;

/// <summary>Presets of the embedded network; those of VGG's layers, whose names it has, are alike.</summary>
internal static class ReveriePresets
{
    public static readonly IReadOnlyList<DreamPreset> All =
    [
        new("grain", "fine grain and rainbow edges", "relu2_2", new() { Octaves = 3 }),
        new("hatching", "hatched and cross-hatched", "relu3_2", new() { Octaves = 4 }),
        new("ornament", "curls, spots and eyes", "relu4_3", new()),
        new("menagerie", "animals, and animals on them", "relu5_3", new() { Rounds = 2, Smoothing = GradientSmoothing.Laplacian }),
        new("jungle", "eyes, fur and feathers, large", "relu5_3", new() { Octaves = 6 }),
        new("deep-jungle", "the same, fed back in", "relu5_3", new() { Octaves = 6, Rounds = 2, Colours = ColourLock.Moments }),
        new("soft", "painterly", "relu4_3", new() { Smoothing = GradientSmoothing.Cascade, Normaliser = GradientNorm.Deviation, Carry = OctaveCarry.Picture, StepSize = 2.5 }),
    ];
}
