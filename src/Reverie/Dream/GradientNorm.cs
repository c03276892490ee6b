using System.Text.Json.Serialization;

namespace Reverie.Dream;

/// <summary>What makes gradients of any size into steps of one size.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GradientNorm>))]
public enum GradientNorm
{
    /// <summary>The mean magnitude, as in 2015: sharp.</summary>
    Mean,

    /// <summary>The standard deviation, as in TensorFlow's tutorial.</summary>
    Deviation,

    /// <summary>Adam: every pixel by its own gradients so far; even flat regions move at full speed.</summary>
    Adam,
}
