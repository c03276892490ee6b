using System.Text.Json.Serialization;
using Reverie.Dream.Objectives;
using Reverie.Models;

namespace Reverie.Dream;

/// <summary>
/// What a dream makes larger: a weighted sum of terms. Objectives are values: they add, subtract and scale, and every such formula is again a
/// weighted sum. <c>Objective.Layer("inception_4c/output", 12) - 0.5 * Objective.Layer("inception_3b/output")</c>
/// </summary>
public sealed record Objective
{
    /// <summary>The terms.</summary>
    [JsonRequired]
    public IReadOnlyList<ObjectiveTerm> Terms { get; init; } = [];

    /// <summary>How several terms are weighed; with one term there is nothing to weigh.</summary>
    public LayerBalance Balance { get; init; } = LayerBalance.UnitNorm;

    /// <summary>The energy of a whole layer, or of some of its channels.</summary>
    public static Objective Layer(string tensor, params IReadOnlyList<int> channels) => Of(new() { Layer = tensor, Channels = Some(channels) });

    /// <summary>The mean activation of a layer, or of some of its channels.</summary>
    public static Objective Mean(string tensor, params IReadOnlyList<int> channels) =>
        Of(new() { Layer = tensor, Channels = Some(channels), Measure = ObjectiveMeasure.Mean });

    /// <summary>One neuron: a channel at a place.</summary>
    public static Objective Neuron(string tensor, int channel, Place at) =>
        Of(new() { Layer = tensor, Channels = [channel], Measure = ObjectiveMeasure.Mean, At = at });

    /// <summary>A class's logit.</summary>
    /// <param name="network">The network.</param>
    /// <param name="target">The class: an index, or a name as <see cref="ClassLabels.Find"/> takes it.</param>
    /// <exception cref="ReverieException">The network classifies nothing, or has no such class.</exception>
    public static Objective Class(Network network, string target) => Mean(network.Logits, TargetClass.Find(network, target));

    /// <summary>A direction in the space of a layer's channels.</summary>
    /// <param name="tensor">The layer.</param>
    /// <param name="direction">[C].</param>
    public static Objective Direction(string tensor, IReadOnlyList<float> direction) =>
        Of(new() { Layer = tensor, Measure = ObjectiveMeasure.Direction, Direction = direction });

    /// <summary>What a guide picture shows, matched place by place (<see cref="ObjectiveMeasure.Guide"/>).</summary>
    /// <param name="tensor">The layer in which places are compared.</param>
    /// <param name="picture">Which of <see cref="DeepDream.Pictures"/> is the guide.</param>
    public static Objective Guide(string tensor, int picture = 0) => Of(new() { Layer = tensor, Measure = ObjectiveMeasure.Guide, Guide = picture });

    /// <summary>What a guide picture shows, summed over all its places (<see cref="ObjectiveMeasure.GuideSum"/>).</summary>
    /// <param name="tensor">The layer.</param>
    /// <param name="picture">Which of <see cref="DeepDream.Pictures"/> is the guide.</param>
    public static Objective GuideSum(string tensor, int picture = 0) => Of(new() { Layer = tensor, Measure = ObjectiveMeasure.GuideSum, Guide = picture });

    /// <summary>Both objectives at once.</summary>
    public static Objective operator +(Objective left, Objective right) => left with { Terms = [.. left.Terms, .. right.Terms] };

    /// <summary>The first, against the second.</summary>
    public static Objective operator -(Objective left, Objective right) => left + -1 * right;

    /// <summary>The contrary: calms what the objective excites.</summary>
    public static Objective operator -(Objective objective) => -1 * objective;

    /// <summary>An objective with all weights multiplied.</summary>
    public static Objective operator *(double weight, Objective objective) =>
        objective with { Terms = [.. objective.Terms.Select(term => term with { Weight = weight * term.Weight })] };

    /// <inheritdoc/>
    public override string ToString() => string.Join(" + ", Terms.Select(term => term.Weight == 1 ? $"{term}" : FormattableString.Invariant($"{term.Weight} {term}")));

    private static Objective Of(ObjectiveTerm term) => new() { Terms = [term] };

    private static IReadOnlyList<int>? Some(IReadOnlyList<int> channels) => channels.Count > 0 ? channels : null;
}
