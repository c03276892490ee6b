using System.Text.Json;
using System.Text.Json.Serialization;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Storyboards;

/// <summary>
/// A dream in frames: each is dreamt on the one before, which may be enlarged, turned and shifted meanwhile ("ouroboros"). Keyframes say what is dreamt of, how strongly and how the
/// picture moves. Every frame is a pure function of the storyboard and the first picture; without motion, frames are rounds.
/// </summary>
public sealed record Storyboard
{
    /// <summary>The version of these settings; a recipe of another version is refused.</summary>
    [JsonRequired]
    public int Version { get; init; } = 1;

    /// <summary>How many frames.</summary>
    [JsonRequired]
    public int Frames { get; init; } = 1;

    /// <summary>Frames in a second, for videos.</summary>
    [JsonRequired]
    public double FramesPerSecond { get; init; } = 25;

    /// <summary>Every how many frames is dreamt. Those between are the last dreamt one moved on: resampled once, whatever moved it.</summary>
    [JsonRequired]
    public int Every { get; init; } = 1;

    /// <summary>The dream, where the keyframes leave it open. Rounds belong to the storyboard.</summary>
    [JsonRequired]
    public DeepDream Dream { get; init; } = new();

    /// <summary>The keyframes in the order of time.</summary>
    [JsonRequired]
    public IReadOnlyList<Keyframe> Keyframes { get; init; } = [];

    /// <summary>Dreams the frames.</summary>
    /// <param name="network">The network that dreams.</param>
    /// <param name="photo">The picture to start from.</param>
    /// <param name="each">Given every frame as soon as it is there.</param>
    /// <param name="from">Where to go on: the last dreamt frame of a run that ended early; null to begin.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run early; frames that were given are complete.</param>
    /// <exception cref="ReverieException">A setting is out of range, or the network lacks a layer: before the first frame.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Run(Network network, Picture photo, Action<StoryboardFrame> each, StoryboardState? from = null, IProgress<StoryboardProgress>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        Validate();
        using var run = new StoryboardRun(this, network, options);
        run.Dream(photo, each, from, progress, cancellation);
    }

    /// <summary>The dream of a frame: a plain one, with what the keyframes say at that time.</summary>
    /// <exception cref="ReverieException">No objective is set, and the network's card recommends no layer.</exception>
    public DeepDream DreamAt(int frame, Network network)
    {
        var dream = Dream with
        {
            StepSize = Dream.StepSize * (Curve.At(Keyframes, frame, keyframe => keyframe.Strength) ?? 1),
            Octaves = Curve.At(Keyframes, frame, keyframe => keyframe.Octaves) is { } octaves ? (int)Math.Round(octaves) : Dream.Octaves,
            Steps = StepsAt(frame),
            // the first frame brings the picture to its size
            Size = frame == 0 ? Dream.Size : null,
        };
        if (Around(frame) is not var (from, to, share)) return dream with { Objective = Dream.ObjectiveFor(network) };
        dream = dream with { Objective = from.Objective };
        return share > 0 ? dream with { Mix = new() { Objective = to.Objective!, Share = share, Carried = CarriedTo(frame, from) } } : dream;
    }

    /// <summary>How the picture moves on its way to a frame, of a height and width.</summary>
    internal AffineMap MotionTo(int frame, int height, int width)
    {
        var centre = (X: Curve.At(Keyframes, frame, keyframe => keyframe.Centre?.X) ?? 0.5, Y: Curve.At(Keyframes, frame, keyframe => keyframe.Centre?.Y) ?? 0.5);
        return AffineMap.Of(
            Math.Exp(Curve.At(Keyframes, frame, keyframe => keyframe.Zoom is { } zoom ? Math.Log(zoom) : null) ?? 0),
            Curve.At(Keyframes, frame, keyframe => keyframe.Rotate) ?? 0,
            (Curve.At(Keyframes, frame, keyframe => keyframe.ShiftX) ?? 0) * width,
            (Curve.At(Keyframes, frame, keyframe => keyframe.ShiftY) ?? 0) * height,
            centre.X * width - 0.5, centre.Y * height - 0.5);
    }

    /// <summary>Whether a frame is dreamt, and not only moved.</summary>
    internal bool IsDreamt(int frame) => frame % Every == 0 && StepsAt(frame) > 0;

    /// <summary>All objectives that frames follow.</summary>
    internal IEnumerable<Objective> Objectives(Network network) =>
        Keyframes.Select(keyframe => keyframe.Objective).OfType<Objective>() is var own && own.Any() ? own.Distinct() : [Dream.ObjectiveFor(network)];

    /// <summary>Refuses, before anything runs, a storyboard that cannot be run to its end.</summary>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    public void Validate()
    {
        if (Version != 1) throw new ReverieException($"this storyboard is of version {Version}; this program knows version 1");
        Check(Frames is >= 1 and <= 1_000_000, "the frames of a storyboard must be between 1 and 1000000");
        Check(FramesPerSecond is > 0 and <= 1000, "the frames in a second must be more than 0 and at most 1000");
        Check(Every is >= 1 and <= 1000, "every how many frames is dreamt must be between 1 and 1000");
        Check(Dream is { Rounds: null, Then: null, Mix: null, StopAfter: null }, "the frames of a storyboard are its rounds; leave --rounds and --then out");
        Dream.Validate();
        for (var index = 0; index < Keyframes.Count; index++)
        {
            Keyframes[index].Validate();
            Check(index == 0 || Keyframes[index].At > Keyframes[index - 1].At, "keyframes must be in the order of time, and no two at once");
        }

        static void Check(bool holds, string message)
        {
            if (!holds) throw new ReverieException(message);
        }
    }

    /// <summary>The storyboard as JSON.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, StoryboardJson.Default.Storyboard);

    /// <summary>Reads a storyboard from JSON.</summary>
    /// <exception cref="ReverieException">It is malformed.</exception>
    public static Storyboard FromJson(JsonElement json)
    {
        try
        {
            return json.Deserialize(StoryboardJson.Default.Storyboard) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new ReverieException($"the storyboard cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private (Keyframe From, Keyframe To, double Share)? Around(int frame) => Curve.Around(Keyframes, frame, keyframe => keyframe.Objective is not null);

    private int StepsAt(int frame) => Curve.At(Keyframes, frame, keyframe => keyframe.Steps) is { } steps ? (int)Math.Round(steps) : Dream.Steps;

    // What the frames since the keyframe have left over of the other objective's share.
    private double CarriedTo(int frame, Keyframe since)
    {
        var sum = 0.0;
        for (var earlier = (int)Math.Ceiling(since.At); earlier < frame; earlier++)
            if (IsDreamt(earlier) && Around(earlier) is var (_, _, share)) sum += share * StepsAt(earlier) * (Curve.At(Keyframes, earlier, keyframe => keyframe.Octaves) is { } octaves ? Math.Round(octaves) : Dream.Octaves);
        return sum - Math.Floor(sum + IterationMix.Slack) is var left && left < 0 ? 0 : left;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Storyboard))]
internal sealed partial class StoryboardJson : JsonSerializerContext;
