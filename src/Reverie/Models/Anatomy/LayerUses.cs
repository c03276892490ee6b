namespace Reverie.Models.Anatomy;

/// <summary>What a network's card calls its tensors good for.</summary>
public static class LayerUses
{
    /// <summary><c>dream</c>, <c>style</c>, <c>content</c>, <c>logits</c>; often nothing.</summary>
    /// <param name="network">The network.</param>
    /// <param name="tensor">A tensor of its graph.</param>
    public static IReadOnlyList<string> Of(Network network, string tensor)
    {
        var (layers, logits) = (network.Card.Layers, network.Card.Output.Logits);
        var uses = new List<string>();
        if (Has(layers.Dream)) uses.Add("dream");
        if (Has(layers.Style)) uses.Add("style");
        if (Has(layers.Content)) uses.Add("content");
        if (logits is not null && network.Graph.Resolve(logits) == tensor) uses.Add("logits");
        return uses;

        bool Has(IReadOnlyList<string> names) => names.Any(name => network.Graph.Resolve(name) == tensor);
    }

    /// <summary>The tensors that the card calls by name.</summary>
    internal static HashSet<string> Named(Network network) =>
        [.. network.Card.Layers.Dream.Concat(network.Card.Layers.Style).Concat(network.Card.Layers.Content).Append(network.Card.Output.Logits ?? network.Input).Select(network.Graph.Resolve)];
}
