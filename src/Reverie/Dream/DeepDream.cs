using System.Text.Json.Serialization;
using Reverie.Dream.Gradients;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream;

/// <summary>
/// DeepDream after Google's notebook of 2015 (google/deepdream): gradient ascent on the picture itself, with normalised steps, jitter, and
/// octaves from small to large between which only the dreamt detail is carried.
/// </summary>
/// <example><code>
/// var dream = new DeepDream { Objective = Objective.Layer("inception_4c/output"), Seed = 7 };
/// dream.Run(network, photo).Picture.Save("dream.png");
/// </code></example>
public sealed record DeepDream
{
    /// <summary>The settings of Google's notebook: 4 octaves, 1.4 apart, of 10 steps of 1.5, jitter 32; made for BVLC GoogLeNet at <c>inception_4c/output</c>.</summary>
    public static DeepDream Google2015 { get; } = new() { Octaves = 4, StepSize = 1.5 };

    /// <summary>The version of these settings; a recipe of another version is refused.</summary>
    public int Version { get; init; } = 1;

    /// <summary>What to make larger; null takes the first layer that the network's card recommends.</summary>
    public Objective? Objective { get; init; }

    /// <summary>How many sizes to dream at. More octaves give larger shapes. (One more than in 2015, and smaller steps: cleaner on the embedded network, to the eye.)</summary>
    public int Octaves { get; init; } = 5;

    /// <summary>The ratio of one octave's size to the next.</summary>
    public double OctaveScale { get; init; } = 1.4;

    /// <summary>Gradient steps in each octave.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>How far a step changes the average pixel, in steps of 1/255 of full intensity.</summary>
    public double StepSize { get; init; } = 1.2;

    /// <summary>Before each step the picture is rolled by a random shift of up to this many pixels each way; 0 for none.</summary>
    public int Jitter { get; init; } = 32;

    /// <summary>How much of the step size each octave takes: a curve over the octaves from the smallest to the largest, interpolated between its numbers; null for all alike.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? OctaveStrength { get; init; }

    /// <summary>What goes from one octave to the next.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public OctaveCarry Carry { get; init; }

    /// <summary>How a gradient's frequencies are weighed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public GradientSmoothing Smoothing { get; init; }

    /// <summary>What makes gradients into steps.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public GradientNorm Normaliser { get; init; }

    /// <summary>How strongly noise is smoothed away at every step (total variation), in units of the gradient's mean magnitude; 0 for not at all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double TotalVariation { get; init; }

    /// <summary>What of the picture's colours is kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ColourLock Colours { get; init; }

    /// <summary>How many times the result is fed back in; null for once through.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rounds { get; init; }

    /// <summary>The objectives of the rounds after the first; after the last of them it begins again with <see cref="Objective"/>. Null or empty for the same in every round.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Objective>? Then { get; init; }

    /// <summary>Another objective that takes over some of the steps; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IterationMix? Mix { get; init; }

    /// <summary>
    /// The part of the picture that dreams; the rest stays as it is, to the bit. Null for all. In a picture with transparency, pixels dream as far as they are opaque.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RegionMask? Mask { get; init; }

    /// <summary>Parts of the picture that dream of something of their own, instead of <see cref="Objective"/>. Each costs a gradient of its own at every step. Null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DreamRegion>? Regions { get; init; }

    /// <summary>The longer side of the result in pixels; null keeps the picture's own size.</summary>
    public int? Size { get; init; }

    /// <summary>
    /// Dreams tile by tile, with tiles of this many pixels a side beside what surrounds them: memory then depends on the tile and not on the picture. The same dream up to
    /// rounding. Null for the whole picture at once.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Tile { get; init; }

    /// <summary>Which borders of the dream fit together. The network then sees the opposite side beyond them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Seamless Seamless { get; init; }

    /// <summary>Where the random shifts begin.</summary>
    public ulong Seed { get; init; }

    /// <summary>The pictures that objectives and masks refer to by number: guides and masks. Not part of the recipe's settings: a recipe names their files.</summary>
    [JsonIgnore]
    public IReadOnlyList<Picture> Pictures { get; init => field = value ?? []; } = [];

    /// <summary>Ends the run after this many steps over all octaves: how a recipe repeats a run that was cancelled. Null for no limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StopAfter { get; init; }

    /// <summary>Dreams.</summary>
    /// <param name="network">The network that dreams.</param>
    /// <param name="photo">The picture to start from; its alpha is kept.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run early; the result then holds what was dreamt so far.</param>
    /// <exception cref="ReverieException">A setting is out of range, or the network lacks the layer.</exception>
    public DreamResult Run(Network network, Picture photo, IProgress<DreamProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        Validate();
        using var sources = GradientSources.For(this, network, options);
        return new DreamRun(this, network, sources).Dream(photo, progress, cancellation);
    }

    /// <summary>
    /// Dreams on a picture that is not in memory, through scratch files: what the process needs depends on <see cref="Tile"/> and not on the picture. The same dream, to the bit, as
    /// with these settings in memory.
    /// </summary>
    /// <param name="network">The network that dreams.</param>
    /// <param name="photo">The picture to start from; it is left alone.</param>
    /// <param name="progress">Told after every step, without snapshots.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run early; the result then holds what was dreamt so far.</param>
    /// <exception cref="ReverieException">
    /// A setting is out of range or needs the whole picture in memory, the network lacks the layer or looks at the whole picture before it, or the disk is too full.
    /// </exception>
    public StreamedDreamResult Run(Network network, StreamedPicture photo, IProgress<DreamProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        Validate();
        ValidateStreamed(photo);
        var settings = this with { Tile = Tile ?? DefaultTile };
        using var sources = GradientSources.For(settings, network, options);
        return new DreamRun(settings, network, sources).Dream(photo, progress, cancellation);
    }

    /// <summary>The objective that a run on this network has.</summary>
    /// <exception cref="ReverieException">None is set, and the network's card recommends no layer.</exception>
    public Objective ObjectiveFor(Network network) => Objective
        ?? (network.Card.Layers.Dream is [var first, ..]
            ? Dream.Objective.Layer(first)
            : throw new ReverieException($"say which layer of {network.Name} is to dream: its card recommends none ('reverie models layers' lists all)"));

    /// <summary>The objectives of all rounds of a run on this network, in order.</summary>
    /// <exception cref="ReverieException">None is set for the first, and the network's card recommends no layer.</exception>
    public IReadOnlyList<Objective> RoundsFor(Network network)
    {
        IReadOnlyList<Objective> cycle = [ObjectiveFor(network), .. Then ?? []];
        return [.. Enumerable.Range(0, Rounds ?? cycle.Count).Select(round => cycle[round % cycle.Count])];
    }

    /// <summary>The side of the tiles of a dream that is not in memory, unless <see cref="Tile"/> says otherwise.</summary>
    public const int DefaultTile = 512;

    private void ValidateStreamed(StreamedPicture photo)
    {
        var needs = Mask is not null ? "a mask" : Regions is { Count: > 0 } ? "a region" : Mix is not null ? "a mixture of iterations" : photo.HasAlpha ? "transparency" : Smoothing != GradientSmoothing.None ? "the smoothing of gradients" : TotalVariation > 0 ? "total variation" : Colours != ColourLock.None ? "the colour lock"
            : Normaliser == GradientNorm.Adam ? "Adam" : Size is { } size && size != Math.Max(photo.Height, photo.Width) ? "another size" : null;
        if (needs is not null) throw new ReverieException($"{needs} needs the whole picture in memory, but it is too large for that; leave it out, or allow more --memory");
    }

    /// <exception cref="ReverieException">A setting is out of range.</exception>
    internal void Validate()
    {
        if (Version != 1) throw new ReverieException($"these dream settings are of version {Version}; this program knows version 1");
        Check(Octaves is >= 1 and <= 64, "octaves must be between 1 and 64");
        Check(OctaveScale is > 1 and <= 10, "the octave scale must be more than 1 and at most 10");
        Check(Steps is >= 1 and <= 100_000, "steps must be between 1 and 100000");
        Check(double.IsFinite(StepSize) && StepSize != 0, "the step size must be a number other than 0");
        Check(Jitter is >= 0 and <= 4096, "jitter must be between 0 and 4096 pixels");
        Check(Tile is null or >= 32 and <= Picture.MaxSide, $"a tile's side must be between 32 and {Picture.MaxSide} pixels");
        Check(OctaveStrength is null || OctaveStrength.Count > 0 && OctaveStrength.All(strength => double.IsFinite(strength) && strength >= 0), "the octaves' strengths must be numbers of at least 0");
        Check(double.IsFinite(TotalVariation) && TotalVariation is >= 0 and <= 100, "the total variation's weight must be between 0 and 100");
        Check(Rounds is null or >= 1 and <= 10_000, "rounds must be between 1 and 10000");
        Check((long)Octaves * Steps * (Rounds ?? 1 + (Then?.Count ?? 0)) <= int.MaxValue, "octaves x steps x rounds are more steps than can be counted");
        Mask?.Validate(Pictures.Count);
        foreach (var region in Regions ?? []) region.Where.Validate(Pictures.Count);
        Check(Mix is null or { Share: >= 0 and <= 1, Carried: >= 0 and <= 1 }, "the share of a mixture must be between 0 and 1");
        Check(Size is null or >= Dream.Octaves.SmallestSide and <= Picture.MaxSide, $"the size must be between {Dream.Octaves.SmallestSide} and {Picture.MaxSide} pixels");

        static void Check(bool holds, string message)
        {
            if (!holds) throw new ReverieException(message);
        }
    }
}
