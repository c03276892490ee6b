using System.Text.Json.Serialization;

namespace Reverie.Dream;

/// <summary>What of a layer's activations a [C,H,W] a term of an objective measures.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ObjectiveMeasure>))]
public enum ObjectiveMeasure
{
    /// <summary>1/2 ||a||^2, the objective of 2015, whose gradient at the layer is the activation itself: what is there grows.</summary>
    Energy,

    /// <summary>The mean activation, over the chosen channels and all places: also what is not there yet is called up. A class's logit is one.</summary>
    Mean,

    /// <summary>The mean over all places of the dot product with a direction [C].</summary>
    Direction,

    /// <summary>
    /// The sum over all places of the dot product with that place of a guide picture whose features match best ("controlling dreams" in the
    /// notebook of 2015): the dream takes over what the guide shows, wherever it fits.
    /// </summary>
    Guide,

    /// <summary>The mean over all places of the dot product with the guide's features summed over all its places, of length 1 (crowsonkb/deep_dream): its mood and not its parts.</summary>
    GuideSum,
}
