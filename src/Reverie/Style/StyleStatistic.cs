using System.Text.Json.Serialization;

namespace Reverie.Style;

/// <summary>What of a style picture's layers is carried over.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StyleStatistic>))]
public enum StyleStatistic
{
    /// <summary>Gram matrices: which channels fire together.</summary>
    Gram,

    /// <summary>Means and standard deviations of the channels alone: cheaper, looser.</summary>
    Moments,

    /// <summary>Gram matrices, and means and standard deviations: calmer than Gram matrices alone, whose picture may wander in brightness and contrast.</summary>
    GramMoments,

    /// <summary>The 2-Wasserstein distance between normal distributions: for GPUs, as its matrix roots cost as much at any picture size.</summary>
    Wasserstein,

    /// <summary>Each place becomes like the style's nearest place: keeps whole motifs, at the price of memory.</summary>
    Nearest,
}

/// <summary>A layer with its share among the layers.</summary>
/// <param name="Layer">The tensor.</param>
/// <param name="Weight">Its share; 0 switches it off.</param>
public sealed record StyleLayer(string Layer, double Weight = 1);
