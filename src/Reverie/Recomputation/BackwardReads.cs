using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Recomputation;

/// <summary>
/// A differentiated graph taken apart: the forward pass (all that the differentiated tensors are computed from) in its order, the backward pass, and for every
/// operator of the backward pass how far back in the forward pass it, or what it was computed from, reads.
/// </summary>
internal sealed class BackwardReads
{
    private readonly Dictionary<string, int> _producer = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _reach = new(StringComparer.Ordinal);
    private readonly HashSet<string> _eager = new(StringComparer.Ordinal);

    /// <summary>Takes a graph apart.</summary>
    /// <param name="graph">A graph to which <see cref="Differentiator"/> appended a backward pass.</param>
    /// <param name="heads">The tensors that were differentiated.</param>
    public BackwardReads(Graph graph, IEnumerable<string> heads)
    {
        var driven = heads.ToHashSet(StringComparer.Ordinal);
        var needed = new HashSet<string>(driven, StringComparer.Ordinal);
        var forward = new HashSet<Node>();
        for (var index = graph.Nodes.Count - 1; index >= 0; index--)
        {
            if (!graph.Nodes[index].Outputs.Any(needed.Contains)) continue;
            needed.UnionWith(graph.Nodes[index].Inputs);
            forward.Add(graph.Nodes[index]);
        }
        Forward = [.. graph.Nodes.Where(forward.Contains)];
        Backward = [.. graph.Nodes.Where(node => !forward.Contains(node))];
        for (var index = 0; index < Forward.Count; index++)
            foreach (var output in Forward[index].Outputs) _producer[output] = index;
        driven.UnionWith(graph.Inputs.Select(input => input.Name).Where(input => !needed.Contains(input)));
        foreach (var node in Backward)
        {
            if (!node.Inputs.Any(driven.Contains)) _eager.UnionWith(node.Outputs);
            else driven.UnionWith(node.Outputs);
            var reach = node.Inputs.Min(input => Math.Min(ProducerOf(input) ?? int.MaxValue, ReachOf(input)));
            foreach (var output in node.Outputs) _reach[output] = reach;
        }
    }

    /// <summary>The operators of the forward pass, in their order.</summary>
    public IReadOnlyList<Node> Forward { get; }

    /// <summary>The other operators, in their order.</summary>
    public IReadOnlyList<Node> Backward { get; }

    /// <summary>The place in <see cref="Forward"/> of the operator that writes a tensor; null for inputs, constants and tensors of the backward pass.</summary>
    public int? ProducerOf(string tensor) => tensor.Length > 0 && _producer.TryGetValue(tensor, out var index) ? index : null;

    /// <summary>The earliest operator of the forward pass that a tensor of the backward pass depends on directly or through others of the backward pass.</summary>
    public int ReachOf(string tensor) => _reach.GetValueOrDefault(tensor, int.MaxValue);

    /// <summary>The same for an operator of the backward pass.</summary>
    public int ReachOf(Node node) => ReachOf(node.Output);

    /// <summary>
    /// Whether a tensor of the backward pass, such as the mask of a ReLU, is computed from the forward pass alone, without any cotangent: a runtime may compute it
    /// as soon as the forward pass has come by, and then holds it instead of what it was computed from, or beside it.
    /// </summary>
    public bool IsEager(string tensor) => _eager.Contains(tensor);
}
