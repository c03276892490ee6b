using System.Text.Json;
using System.Text.Json.Serialization;
using Reverie.Dream;
using Reverie.Dream.Storyboards;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Video;

/// <summary>
/// DeepDream on a video. A key frame (the first of every shot) is dreamt as a picture is. Of every further frame only the detail, dream minus frame, is carried over: moved along
/// by backward flow, left out where flow does not hold, and dreamt on with a few steps; its strength in each band and its colour are held at the key frame's.
/// </summary>
public sealed record VideoDream : VideoMethod
{
    /// <summary>The dream of a key frame.</summary>
    public DeepDream Dream { get; init; } = new();

    /// <summary>Steps at each octave of a frame that is no key frame.</summary>
    public int Steps { get; init; } = 2;

    /// <summary>How much of the detail is carried over, from 0 to 1.</summary>
    public double Carry { get; init; } = 1;

    /// <summary>Keyframes by which the objective, its strength and the octaves change over time; null for the same throughout.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Storyboard? Storyboard { get; init; }

    /// <summary>The dream of a frame.</summary>
    internal DeepDream DreamAt(int frame, Network network) => Storyboard is { } story
        ? (story with { Dream = Dream }).DreamAt(frame, network) with { Size = null }
        : Dream with { Objective = Dream.ObjectiveFor(network), Size = null };

    /// <summary>Refuses settings that are out of range.</summary>
    /// <exception cref="ReverieException">One is.</exception>
    internal void Validate()
    {
        if (Version != 1) throw new ReverieException($"these video settings are of version {Version}; this program knows version 1");
        if (Steps is < 1 or > 10_000) throw new ReverieException("the steps of a frame must be between 1 and 10000");
        if (Carry is not (>= 0 and <= 1)) throw new ReverieException("how much is carried over must be between 0 and 1");
        if (Dream is not { Rounds: null, Then: null, Mix: null, StopAfter: null }) throw new ReverieException("the frames of a video are its rounds; leave --rounds and --then out");
        Dream.Validate();
        Storyboard?.Validate();
    }

    /// <inheritdoc/>
    public override JsonElement ToJson() => JsonSerializer.SerializeToElement(this, VideoSettingsJson.Default.VideoDream);

    /// <inheritdoc/>
    internal override IFrameWorker Open(Network network, RuntimeOptions? options) => new DreamWorker(this, network, options);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(VideoDream))]
internal sealed partial class VideoSettingsJson : JsonSerializerContext;
