namespace Reverie.Dream.Presets;

/// <summary>Presets of GoogLeNet as published for Caffe (BVLC), the network of the pictures of 2015.</summary>
internal static class GoogLeNetPresets
{
    public static readonly IReadOnlyList<DreamPreset> All =
    [
        new("line-art", "contours drawn twice and three times; the lowest layer there is", "pool1/norm1", new() { Octaves = 3 }),
        new("ripples", "lines that follow the shapes, as in wood or sand", "conv2/3x3", new() { Octaves = 4 }),
        new("scales", "dots, rings and scales, as on reptiles", "inception_3a/output", new()),
        new("brushstrokes", "strokes of a broad brush", "inception_3b/5x5_reduce", new()),
        new("monkeys", "many small faces", "inception_3b/3x3", new()),
        new("creatures", "eyes, snouts and fur begin", "inception_4a/output", new()),
        new("eyes", "eyes everywhere", "inception_4b/output", new()),
        new("puppyslug", "the classic of 2015: animals grow out of everything", "inception_4c/output", new()),
        new("zoo", "whole heads of animals", "inception_4d/output", new()),
        new("leopard", "spotted fur, feathers, things that almost have a name", "inception_4e/output", new() { Octaves = 6 }),
        new("ghosts", "the highest layer: strange, thin and large", "inception_5b/output", new() { Octaves = 6, Smoothing = GradientSmoothing.Laplacian }),
        new("castles", "towers and walls rise", "target(castle)", new() { Octaves = 6, Rounds = 2, Smoothing = GradientSmoothing.Laplacian }),
        new("deeper", "animals, fed back in twice", "inception_4c/output", new() { Rounds = 3, Steps = 8, Colours = ColourLock.Moments }),
        new("from-eyes-to-scales", "first eyes, then their skin: another layer in the second round", "inception_4b/output", new()) { Then = ["inception_3a/output"] },
        new("painted", "soft and painterly", "inception_4c/output", new() { Smoothing = GradientSmoothing.Cascade, Normaliser = GradientNorm.Deviation, Carry = OctaveCarry.Picture, StepSize = 2.5 }),
    ];
}
