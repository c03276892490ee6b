using Reverie.Onnx;

namespace Reverie.Runtime.Kernels;

/// <summary>Who writes and reads the tensors of a graph, as it was before a rewrite.</summary>
internal sealed class GraphLinks(Graph graph)
{
    private readonly Dictionary<string, Node> _producers = graph.Producers();
    private readonly Dictionary<string, List<Node>> _consumers = graph.Consumers();
    private readonly HashSet<string> _outputs = [.. graph.Outputs.Select(output => output.Name)];

    /// <summary>The node that writes a tensor, where it is of that operator.</summary>
    public Node? Producer(string tensor, string op) => _producers.TryGetValue(tensor, out var node) && node.Op == op && node.Domain.Length == 0 ? node : null;

    /// <summary>The node that writes a tensor.</summary>
    public Node? Producer(string tensor) => _producers.GetValueOrDefault(tensor);

    /// <summary>The one node that reads a tensor, where nothing else does, once, and it is not an output of the graph.</summary>
    public Node? OnlyReader(string tensor) =>
        !_outputs.Contains(tensor) && _consumers.TryGetValue(tensor, out var readers) && readers is [var reader] && reader.Inputs.Count(input => input == tensor) == 1 ? reader : null;

    /// <summary>The nodes that read a tensor; an output of the graph has none that are known.</summary>
    public IReadOnlyList<Node> Readers(string tensor) => _outputs.Contains(tensor) ? [] : _consumers.GetValueOrDefault(tensor) ?? [];

    /// <summary>The product of a tensor that nothing else reads with the mask of a ReLU, as <c>ActivationRules</c> writes it, and the ReLU's output.</summary>
    public (Node Product, string Rectified)? MaskAfter(string tensor) =>
        OnlyReader(tensor) is { Op: "Mul", Domain: "" } product && MaskIn(product, tensor) is { } rectified ? (product, rectified) : null;

    /// <summary>The ReLU's output from which the other factor of a product is made, where that is a mask.</summary>
    public string? MaskIn(Node product, string factor) =>
        product.Inputs.Find(input => input != factor) is { } other && Producer(other, "HardSigmoid") is { } mask
            && mask.Float("alpha", 0.2f) == 3e38f && mask.Float("beta", 0.5f) == 0 ? mask.Input(0) : null;
}
