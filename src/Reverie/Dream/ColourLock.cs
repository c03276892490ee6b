using System.Text.Json.Serialization;

namespace Reverie.Dream;

/// <summary>What of a picture's colours a dream may not change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ColourLock>))]
public enum ColourLock
{
    /// <summary>Nothing is kept.</summary>
    None,

    /// <summary>Each colour plane's mean and variance over the picture: no cast, and no drift over many rounds.</summary>
    Moments,

    /// <summary>Every pixel's hue and saturation (Cb and Cr of BT.601): only the brightness dreams.</summary>
    Chroma,
}
