using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Commands;
using Reverie.Dream;

namespace Reverie.Cli.Options;

/// <summary>The options that say how a dream is dreamt: sizes, steps, what shapes the gradient, rounds.</summary>
internal sealed class DreamOptions
{
    private readonly Option<int?> _octaves = NumberOption.Int("--octaves", "Sizes to dream at; more give larger shapes", 1, 64);
    private readonly Option<double?> _octaveScale = NumberOption.Double("--octave-scale", "The ratio of one size to the next", 1.01, 10);
    private readonly Option<string?> _octaveStrength = new("--octave-strength") { Description = "How strong each size is, from the smallest (large shapes) to the largest (fine detail): 1,0.3 fades out", HelpName = "N,N,..." };
    private readonly Option<OctaveCarry?> _carry = ChoiceOption.Create("--carry", "What goes from one size to the next: the dreamt detail (the picture stays sharp) or the whole picture (softer)", ("detail", OctaveCarry.Detail), ("picture", OctaveCarry.Picture));
    private readonly Option<int?> _steps = NumberOption.Int("--steps", "Steps at each size", 1, 100_000);
    private readonly Option<double?> _stepSize = NumberOption.Double("--step-size", "How far a step changes the average pixel, of 255", -255, 255);
    private readonly Option<int?> _jitter = NumberOption.Int("--jitter", "Before each step the picture is shifted at random by up to this many pixels", 0, 4096);
    private readonly Option<GradientNorm?> _normaliser = ChoiceOption.Create("--normaliser", "What makes gradients into steps: their mean magnitude, their standard deviation, or Adam", ("mean", GradientNorm.Mean), ("std", GradientNorm.Deviation), ("adam", GradientNorm.Adam));
    private readonly Option<GradientSmoothing?> _smoothing = ChoiceOption.Create("--smoothing", "How frequencies are weighed: laplacian lets large shapes grow as fast as fine texture, cascade is painterly", ("none", GradientSmoothing.None), ("laplacian", GradientSmoothing.Laplacian), ("cascade", GradientSmoothing.Cascade));
    private readonly Option<double?> _totalVariation = NumberOption.Double("--total-variation", "Smooths noise away at every step; 0.1 is gentle", 0, 100);
    private readonly Option<ColourLock?> _colours = ChoiceOption.Create("--colour-lock", "What of the picture's colours is kept: moments (each colour's mean and variance) or chroma (only the brightness dreams)", ("none", ColourLock.None), ("moments", ColourLock.Moments), ("chroma", ColourLock.Chroma));
    private readonly Option<int?> _rounds = NumberOption.Int("--rounds", "How many times the result is fed back in; each round takes the next --then", 1, 10_000);

    private readonly Option<int?> _tile = NumberOption.Int("--tile", "Dream tile by tile, with tiles of this many pixels a side: the same dream in less memory", 32, 100_000);
    private readonly Option<Seamless?> _seamless = ChoiceOption.Create("--seamless", "Borders that fit together: both for textures, x for panoramas (left fits right)", ("none", Seamless.None), ("x", Seamless.Across), ("both", Seamless.Both));

    /// <summary>How many rounds.</summary>
    public Option Rounds => _rounds;

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_octaves, _octaveScale, _octaveStrength, _carry, _steps, _stepSize, _jitter, _normaliser, _smoothing, _totalVariation, _colours, _rounds, _tile, _seamless];

    /// <summary>The settings with what is given in place of <paramref name="defaults"/>.</summary>
    /// <exception cref="ReverieException">An option is malformed.</exception>
    public DeepDream Read(CommandContext context, DeepDream defaults) => defaults with
    {
        Octaves = context.Value(_octaves) ?? defaults.Octaves,
        OctaveScale = context.Value(_octaveScale) ?? defaults.OctaveScale,
        OctaveStrength = context.Value(_octaveStrength) is { } curve ? Curve(curve) : defaults.OctaveStrength,
        Carry = context.Value(_carry) ?? defaults.Carry,
        Steps = context.Value(_steps) ?? defaults.Steps,
        StepSize = context.Value(_stepSize) ?? defaults.StepSize,
        Jitter = context.Value(_jitter) ?? defaults.Jitter,
        Normaliser = context.Value(_normaliser) ?? defaults.Normaliser,
        Smoothing = context.Value(_smoothing) ?? defaults.Smoothing,
        TotalVariation = context.Value(_totalVariation) ?? defaults.TotalVariation,
        Colours = context.Value(_colours) ?? defaults.Colours,
        Rounds = context.Value(_rounds) ?? defaults.Rounds,
        Tile = context.Value(_tile) ?? defaults.Tile,
        Seamless = context.Value(_seamless) ?? defaults.Seamless,
    };

    private static IReadOnlyList<double> Curve(string text) => [.. text.Split(',').Select(part =>
        double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value
            : throw new ReverieException($"--octave-strength takes numbers separated by commas, such as 1,0.5, not '{text}'"))];
}
