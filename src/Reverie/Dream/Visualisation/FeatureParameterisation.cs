using System.Text.Json.Serialization;

namespace Reverie.Dream.Visualisation;

/// <summary>What a visualisation is made of while it is sought.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeatureParameterisation>))]
public enum FeatureParameterisation
{
    /// <summary>Its spectrum with 1/f amplitudes, in decorrelated colours: all sizes of structure are equally near.</summary>
    Fourier,

    /// <summary>The phases of a spectrum whose amplitudes are those of natural pictures (MACO): calmer colours, more like photographs in deep layers.</summary>
    Maco,

    /// <summary>Its pixels: fine grain first.</summary>
    Pixels,
}

/// <summary>What of a channel is excited.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeatureFocus>))]
public enum FeatureFocus
{
    /// <summary>All its places: the feature fills the picture.</summary>
    Channel,

    /// <summary>Its neuron in the middle: the feature once.</summary>
    Neuron,
}
