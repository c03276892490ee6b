using System.Text.Json.Serialization;

namespace Reverie.Video;

/// <summary>What other programs do, for comparison.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VideoBaseline>))]
public enum VideoBaseline
{
    /// <summary>Our own way: guided by flow.</summary>
    None,

    /// <summary>Every frame for itself.</summary>
    Framewise,

    /// <summary>Every frame begins half-way between itself and the last result, which is not moved along (DeepDreamVideo).</summary>
    Blend,
}
