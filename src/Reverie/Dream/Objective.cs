using System.Text.Json.Serialization;
using Reverie.Models;

namespace Reverie.Dream;

/// <summary>How the terms of an objective with several layers are weighed against each other.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LayerBalance>))]
public enum LayerBalance
{
    /// <summary>
    /// Each term is w ||a||, whose gradient at the layer is w times a unit vector, so that equal weights pull alike whatever the
    /// size of a layer's activations (as in crowsonkb/deep_dream).
    /// </summary>
    UnitNorm,

    /// <summary>Each term is w 1/2 ||a||^2, the plain sum: layers with large activations drown the others.</summary>
    None,
}

/// <summary>One layer of an objective, or some of its channels.</summary>
public sealed record ObjectiveTerm
{
    /// <summary>The tensor to excite.</summary>
    public required string Layer { get; init; }

    /// <summary>The channels (axis 1) that count, from 0; null for all.</summary>
    public IReadOnlyList<int>? Channels { get; init; }

    /// <summary>The term's weight; negative ones calm the layer instead.</summary>
    [JsonRequired]
    public double Weight { get; init; } = 1;

    /// <inheritdoc/>
    public override string ToString() => new LayerReference(Layer, Channels).ToString();
}

/// <summary>
/// What a dream makes larger: 1/2 ||a||^2 of a layer's activations a, the objective of 2015, whose gradient at the layer is the activation itself;
/// or a weighted sum over several layers.
/// </summary>
public sealed record Objective
{
    /// <summary>The layers.</summary>
    [JsonRequired]
    public IReadOnlyList<ObjectiveTerm> Terms { get; init; } = [];

    /// <summary>How several layers are weighed; with one layer there is nothing to weigh.</summary>
    public LayerBalance Balance { get; init; } = LayerBalance.UnitNorm;

    /// <summary>A whole layer, or some of its channels.</summary>
    public static Objective Layer(string tensor, params IReadOnlyList<int> channels) =>
        new() { Terms = [new() { Layer = tensor, Channels = channels.Count > 0 ? channels : null }] };

    /// <summary>Both objectives at once.</summary>
    public static Objective operator +(Objective left, Objective right) => left with { Terms = [.. left.Terms, .. right.Terms] };

    /// <summary>The first, against the second.</summary>
    public static Objective operator -(Objective left, Objective right) => left + -1 * right;

    /// <summary>An objective with all weights multiplied.</summary>
    public static Objective operator *(double weight, Objective objective) =>
        objective with { Terms = [.. objective.Terms.Select(term => term with { Weight = weight * term.Weight })] };

    /// <inheritdoc/>
    public override string ToString() => string.Join(" + ", Terms.Select(term => term.Weight == 1 ? $"{term}" : FormattableString.Invariant($"{term.Weight} {term}")));
}
