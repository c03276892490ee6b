using System.Text.Json;
using System.Text.Json.Serialization;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Video;

/// <summary>A way to make a video from another, frame by frame: the settings of it.</summary>
public abstract record VideoMethod
{
    /// <summary>The version of these settings; a journal of another version is refused.</summary>
    public int Version { get; init; } = 1;

    /// <summary>What to do instead, for comparison.</summary>
    public VideoBaseline Baseline { get; init; }

    /// <summary>What the objective of a frame is called: the gain of a dream, the loss of a painting.</summary>
    [JsonIgnore]
    public virtual string ObjectiveName => "gain";

    /// <summary>How often the frames are gone through, forwards and backwards in turn; odd, so that the last pass goes forwards.</summary>
    internal virtual int PassCount => 1;

    /// <summary>Whether a frame is made from the source alone.</summary>
    internal bool HasIndependentFrames => Baseline == VideoBaseline.Framewise && PassCount == 1;

    /// <summary>The settings as JSON.</summary>
    public abstract JsonElement ToJson();

    /// <summary>Starts to work with a network.</summary>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    internal abstract IFrameWorker Open(Network network, RuntimeOptions? options);
}
