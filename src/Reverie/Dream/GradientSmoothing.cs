using System.Text.Json.Serialization;

namespace Reverie.Dream;

/// <summary>How a gradient's frequencies are weighed before a step.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GradientSmoothing>))]
public enum GradientSmoothing
{
    /// <summary>As they come.</summary>
    None,

    /// <summary>Bands of a Laplacian pyramid are normalised each by itself: large shapes grow as fast as fine texture.</summary>
    Laplacian,

    /// <summary>The mean of three Gaussians that widen from step to step: painterly.</summary>
    Cascade,
}
