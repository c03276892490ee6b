using System.Text.Json.Serialization;
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

    /// <summary>The longer side of the result in pixels; null keeps the picture's own size.</summary>
    public int? Size { get; init; }

    /// <summary>Where the random shifts begin.</summary>
    public ulong Seed { get; init; }

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
        using var run = new DreamRun(this, network, options);
        return run.Dream(photo, progress, cancellation);
    }

    /// <summary>The objective that a run on this network has.</summary>
    /// <exception cref="ReverieException">None is set, and the network's card recommends no layer.</exception>
    public Objective ObjectiveFor(Network network) => Objective
        ?? (network.Card.Layers.Dream is [var first, ..]
            ? Dream.Objective.Layer(first)
            : throw new ReverieException($"say which layer of {network.Name} is to dream: its card recommends none ('reverie models layers' lists all)"));

    private void Validate()
    {
        if (Version != 1) throw new ReverieException($"these dream settings are of version {Version}; this program knows version 1");
        Check(Octaves is >= 1 and <= 64, "octaves must be between 1 and 64");
        Check(OctaveScale is > 1 and <= 10, "the octave scale must be more than 1 and at most 10");
        Check(Steps is >= 1 and <= 100_000, "steps must be between 1 and 100000");
        Check(double.IsFinite(StepSize) && StepSize != 0, "the step size must be a number other than 0");
        Check(Jitter is >= 0 and <= 4096, "jitter must be between 0 and 4096 pixels");
        Check(Size is null or >= Dream.Octaves.SmallestSide and <= Picture.MaxSide, $"the size must be between {Dream.Octaves.SmallestSide} and {Picture.MaxSide} pixels");

        static void Check(bool holds, string message)
        {
            if (!holds) throw new ReverieException(message);
        }
    }
}
