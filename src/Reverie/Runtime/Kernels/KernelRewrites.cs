using Reverie.Onnx;

namespace Reverie.Runtime.Kernels;

/// <summary>Gives parts of a graph to operators of our own.</summary>
internal static class KernelRewrites
{
    /// <summary>The graph with operators of our own, and without what they leave over.</summary>
    /// <param name="graph">A graph that is ours to change.</param>
    /// <param name="threads">The session's threads.</param>
    /// <param name="prune">Drops what the graph's outputs do not need.</param>
    public static Graph Apply(Graph graph, int threads, Func<Graph, Graph> prune)
    {
        // kernels are for float32 alone
        if (graph.Inputs.Any(input => input.Type.Element is ElementType.Double or ElementType.Float16)) return graph;
        // pools first: a mask that one of them takes is not left to a sum
        foreach (var rewrite in (Action<Graph, int>[])[LocalResponseRewrite.Apply, MaxPoolRewrite.Apply, AveragePoolRewrite.Apply, ConvolutionRewrite.Apply, GatedSumRewrite.Apply, DenseRewrite.Apply])
        {
            rewrite(graph, threads);
            graph = prune(graph);
        }
        return graph;
    }
}
