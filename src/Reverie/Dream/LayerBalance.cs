using System.Text.Json.Serialization;

namespace Reverie.Dream;

/// <summary>How the terms of an objective with several terms are weighed against each other.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LayerBalance>))]
public enum LayerBalance
{
    /// <summary>
    /// Each term's gradient at its layer is w times a unit vector, so that equal weights pull alike whatever the size of a layer's activations
    /// (as in crowsonkb/deep_dream): w ||a|| for a layer's energy, w v / ||dv/da|| for other measures v.
    /// </summary>
    UnitNorm,

    /// <summary>Each term is w times its measure, the plain sum: layers with large activations drown the others.</summary>
    None,
}
