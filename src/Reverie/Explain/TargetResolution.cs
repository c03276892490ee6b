using System.Globalization;
using Reverie.Models;
using Reverie.Onnx;

namespace Reverie.Explain;

/// <summary>What a <see cref="Target"/> comes to on a network and a picture.</summary>
/// <param name="Function">The function.</param>
/// <param name="Class">The class that it is about, or null.</param>
/// <param name="Label">It in words.</param>
internal sealed record TargetResolution(TargetFunction Function, int? Class, string Label)
{
    /// <exception cref="ReverieException">There is no such class or tensor.</exception>
    public static TargetResolution Of(Target target, Network network, Prediction? top)
    {
        var graph = network.Graph;
        if (!target.IsOfClass) return OfTensor(target, network);
        var logits = network.Logits;
        var chosen = target.Class is { } text ? Find(network, text)
            : top?.Class ?? throw new ReverieException($"{network.Name} classifies nothing, so there is no likeliest class; name a neuron or a channel to explain");
        var label = NameOf(network, chosen);
        switch (target.Kind)
        {
            case TargetKind.Probability: return new(TargetFunction.Probability(graph, logits, chosen), chosen, $"probability of {label}");
            case TargetKind.Margin: return new(TargetFunction.Margin(graph, logits, chosen), chosen, $"{label} against all others");
            case TargetKind.Difference:
                var against = Find(network, target.Against ?? throw new ReverieException("a difference needs a second class"));
                if (against == chosen) throw new ReverieException($"the difference of {label} to itself is 0; name another class");
                return new(TargetFunction.Combination(graph, logits, ([chosen], 1), ([against], -1)), chosen, $"{label} rather than {NameOf(network, against)}");
            default: return new(TargetFunction.Element(graph, logits, chosen), chosen, label);
        }
    }

    private static TargetResolution OfTensor(Target target, Network network)
    {
        var tensor = target.Tensor ?? throw new ReverieException($"a target of the kind {target.Kind} needs a tensor");
        if (!network.IsLayer(tensor)) throw new ReverieException($"{Names.Unknown("layer", tensor, network.Layers)} ('reverie models layers' lists all)");
        var index = target.Index ?? [];
        if (target.Kind != TargetKind.Tensor && index.Count == 0) throw new ReverieException($"say which {target.Kind.ToString().ToLowerInvariant()} of {tensor}");
        return target.Kind switch
        {
            TargetKind.Neuron => new(TargetFunction.Element(network.Graph, tensor, index), null, $"{tensor}[{string.Join(",", index)}]"),
            TargetKind.Channel => new(TargetFunction.Channel(network.Graph, tensor, index[0]), null, $"{tensor}:{index[0]}"),
            _ => new(TargetFunction.Sum(network.Graph, tensor), null, tensor),
        };
    }

    private static int Find(Network network, string text)
    {
        if (network.Labels is { } labels) return labels.Find(text);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw new ReverieException($"the classes of {network.Name} have no names; give the index of one instead of '{text}'");
        return index;
    }

    private static string NameOf(Network network, int index) => network.Labels is { } labels && index < labels.Count ? labels.Short(index) : $"class {index}";
}
