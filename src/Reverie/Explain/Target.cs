using System.Text.Json.Serialization;

namespace Reverie.Explain;

/// <summary>The kinds of scalar functions that can be explained.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TargetKind>))]
public enum TargetKind
{
    /// <summary>The logit of a class.</summary>
    Logit,
    /// <summary>The probability of a class: the softmax of the logits. Its gradients vanish where the network is sure; logits are the better choice then.</summary>
    Probability,
    /// <summary>The logit of a class less that of another.</summary>
    Difference,
    /// <summary>The logit of a class less the mean of all others.</summary>
    Margin,
    /// <summary>One element of a tensor.</summary>
    Neuron,
    /// <summary>The mean of a channel (axis 1) of a tensor.</summary>
    Channel,
    /// <summary>The sum of a whole tensor.</summary>
    Tensor,
}

/// <summary>
/// What is explained: a scalar function of any tensor of a network. The default is the logit of the class that the network itself finds likeliest.
/// </summary>
public sealed record Target
{
    /// <summary>The kind of function.</summary>
    public TargetKind Kind { get; init; }

    /// <summary>The class: its index, its label, or a part of the label that no other has; null for the likeliest in the picture.</summary>
    public string? Class { get; init; }

    /// <summary>The class that a difference is taken to.</summary>
    public string? Against { get; init; }

    /// <summary>The tensor of a neuron, channel or whole tensor.</summary>
    public string? Tensor { get; init; }

    /// <summary>The place of a neuron in one item of its tensor: one number is a flat index; for a channel its number.</summary>
    public IReadOnlyList<long>? Index { get; init; }

    /// <summary>The logit of the likeliest class.</summary>
    public static Target Top { get; } = new();

    /// <summary>The logit of a class, by index.</summary>
    public static Target Logit(int index) => Logit(Number(index));

    /// <summary>The logit of a class, by label.</summary>
    public static Target Logit(string label) => new() { Class = label };

    /// <summary>The probability of a class, by label or index; of the likeliest where null.</summary>
    public static Target Probability(string? label = null) => new() { Kind = TargetKind.Probability, Class = label };

    /// <summary>The logit of a class less that of another: why this one and not that one.</summary>
    public static Target Difference(string label, string against) => new() { Kind = TargetKind.Difference, Class = label, Against = against };

    /// <summary>The logit of a class less the mean of all others; of the likeliest where null.</summary>
    public static Target Margin(string? label = null) => new() { Kind = TargetKind.Margin, Class = label };

    /// <summary>One element of a tensor: a flat index into one item, or one number for each of its axes.</summary>
    public static Target Neuron(string tensor, params IReadOnlyList<long> index) => new() { Kind = TargetKind.Neuron, Tensor = tensor, Index = index };

    /// <summary>The mean of a channel of a tensor.</summary>
    public static Target Channel(string tensor, int channel) => new() { Kind = TargetKind.Channel, Tensor = tensor, Index = [channel] };

    /// <summary>The sum of a tensor.</summary>
    public static Target Whole(string tensor) => new() { Kind = TargetKind.Tensor, Tensor = tensor };

    /// <summary>Whether it is about classes, and so needs a network with logits.</summary>
    [JsonIgnore]
    public bool IsOfClass => Kind is TargetKind.Logit or TargetKind.Probability or TargetKind.Difference or TargetKind.Margin;

    private static string Number(int index) => index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
