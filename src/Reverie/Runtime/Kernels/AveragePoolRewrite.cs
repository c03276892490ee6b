using Reverie.Onnx;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// The gradient of average pools whose windows stand side by side, which <c>PoolingRules</c> writes as a convolution with ones, taken apart by phases, and the mask of the ReLU before it:
/// given to an operator of our own.
/// </summary>
internal static class AveragePoolRewrite
{
    /// <summary>Rewrites a graph in place. Nodes that nothing needs any more may be left over.</summary>
    public static void Apply(Graph graph, int threads)
    {
        var links = new GraphLinks(graph);
        var pools = graph.Nodes.Where(node => node is { Op: "AveragePool", Domain: "" }).Select(pool => pool.Input(0)).ToHashSet();
        var replaced = new Dictionary<Node, Node>();
        foreach (var last in graph.Nodes)
        {
            if (Spread(graph, links, last) is not var (share, size) || links.MaskAfter(last.Output) is not var (product, rectified) || !pools.Contains(rectified)) continue;
            var ours = new Node(AveragePoolGradientOperator.OperatorName, [rectified, share], [product.Output]) { Domain = KernelDomain.Name, Name = product.Name };
            ours.Attributes["size"] = size;
            ours.Attributes["threads"] = (long)threads;
            replaced[product] = ours;
        }
        if (replaced.Count == 0) return;
        graph.ReplaceNodes([.. graph.Nodes.Select(node => replaced.GetValueOrDefault(node, node))]);
    }

    // Reshape(Slice(DepthToSpace(Conv(Reshape(share, channels as items), ones), size), from 0), [N,C,H,W])
    private static (string Share, long Size)? Spread(Graph graph, GraphLinks links, Node last)
    {
        if (last is not { Op: "Reshape", Domain: "" } || links.Producer(last.Input(0), "Slice") is not { } slice || links.Producer(slice.Input(0), "DepthToSpace") is not { } space
            || links.Producer(space.Input(0), "Conv") is not { } phases || links.Producer(phases.Input(0), "Reshape") is not { } single) return null;
        var size = space.Int("blocksize", 0);
        // as many phases as a window has elements, and one tap each: no window sees what another one does
        return size > 1 && phases.Inputs.Count == 2 && graph.Constants.TryGetValue(phases.Input(1), out var ones) && ones.Type == ElementType.Float && ones.Shape is [var count, 1, 1, 1] && count == size * size
            && ones.Span<float>().IndexOfAnyExcept(1f) < 0 && phases.Ints("pads") is [0, 0, 1, 1] && AreZero(graph, slice.Input(1)) && Are(graph, slice.Input(3), [2, 3])
                ? (single.Input(0), size)
                : null;
    }

    private static bool AreZero(Graph graph, string name) => graph.Constants.TryGetValue(name, out var constant) && constant.Type == ElementType.Int64 && constant.Span<long>().IndexOfAnyExcept(0) < 0;

    private static bool Are(Graph graph, string name, long[] values) => graph.Constants.TryGetValue(name, out var constant) && constant.Type == ElementType.Int64 && constant.Span<long>().SequenceEqual(values);
}
