using System.Text.Json.Serialization;
using Reverie.Models;

namespace Reverie.Dream;

/// <summary>One term of an objective: a layer, or some of its channels, or one place of it, and what is measured there.</summary>
public sealed record ObjectiveTerm
{
    /// <summary>The tensor to excite.</summary>
    public required string Layer { get; init; }

    /// <summary>The channels (axis 1) that count, from 0; null for all.</summary>
    public IReadOnlyList<int>? Channels { get; init; }

    /// <summary>The term's weight; negative ones calm the layer instead.</summary>
    [JsonRequired]
    public double Weight { get; init; } = 1;

    /// <summary>What is measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ObjectiveMeasure Measure { get; init; }

    /// <summary>The one place that counts: a neuron instead of a channel. Null for all places alike.</summary>
    public Place? At { get; init; }

    /// <summary>The direction [C], for <see cref="ObjectiveMeasure.Direction"/>.</summary>
    public IReadOnlyList<float>? Direction { get; init; }

    /// <summary>Which of <see cref="DeepDream.Pictures"/> is the guide, for the measures that have one.</summary>
    public int? Guide { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var layer = new LayerReference(Layer, Channels).ToString() + (At is { } place ? $"@{place}" : "");
        return Measure switch
        {
            ObjectiveMeasure.Energy => layer,
            ObjectiveMeasure.Mean => $"mean({layer})",
            ObjectiveMeasure.Direction => $"direction({layer})",
            ObjectiveMeasure.Guide => $"guide({layer})",
            _ => $"guide-sum({layer})",
        };
    }
}
