using Reverie.Onnx;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// Gives large fully connected layers, forward and backward, to our own operator. With one row for each item they are a matter of reading the weights once; ONNX Runtime's
/// products would pack a copy of them or sum thousands of terms in one chain, which costs VGG and AlexNet a third of their gradient's digits.
/// </summary>
internal static class DenseRewrite
{
    private const long FewestWeights = 1 << 18;

    /// <summary>Rewrites a graph in place.</summary>
    public static void Apply(Graph graph, int threads)
    {
        var replaced = new Dictionary<Node, Node>();
        foreach (var node in graph.Nodes)
        {
            if (!Suits(graph, node)) continue;
            var ours = new Node(DenseOperator.OperatorName, [node.Input(0), node.Input(1), node.Input(2)], [node.Output]) { Domain = KernelDomain.Name, Name = node.Name };
            ours.Attributes["transposed"] = node.Int("transB", 0);
            ours.Attributes["threads"] = (long)threads;
            replaced[node] = ours;
        }
        if (replaced.Count > 0) graph.ReplaceNodes([.. graph.Nodes.Select(node => replaced.GetValueOrDefault(node, node))]);
    }

    private static bool Suits(Graph graph, Node node) =>
        node is { Op: "Gemm", Domain: "" } && node.Float("alpha", 1) == 1 && node.Float("beta", 1) == 1 && node.Int("transA", 0) == 0
        && graph.Constants.TryGetValue(node.Input(1), out var weights) && weights.Type == ElementType.Float && weights.Shape is [var rows, var columns] && rows * columns >= FewestWeights
        && (node.Input(2).Length == 0 || (graph.Constants.TryGetValue(node.Input(2), out var bias) && bias.Shape is [var width] && width == (node.Int("transB", 0) == 1 ? rows : columns)));
}
