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
        var replaced = new Dictionary<Node, Node>();
        foreach (var last in graph.Nodes)
        {
            if (Spread(graph, links, last) is not var (share, size) || Mask(links, last.Output) is not var (product, rectified, waiting)) continue;
            var ours = new Node(AveragePoolGradientOperator.OperatorName, [rectified, share], [product.Output]) { Domain = KernelDomain.Name, Name = product.Name };
            ours.Attributes["size"] = size;
            ours.Attributes["threads"] = (long)threads;
            replaced[product] = ours;
            // what is computed again when the cotangent has come now waits for the pool's: the mask is among it
            foreach (var wait in waiting)
            {
                var earlier = wait.Clone();
                earlier.Inputs[0] = share;
                replaced[wait] = earlier;
            }
        }
        if (replaced.Count == 0) return;
        graph.ReplaceNodes([.. graph.Nodes.Select(node => replaced.GetValueOrDefault(node, node))]);
    }

    // Reshape(Slice(DepthToSpace(Conv(Reshape(share, channels as items), ones), size), from 0), [N,C,H,W])
    private static (string Share, long Size)? Spread(Graph graph, GraphLinks links, Node last)
    {
        if (last is not { Op: "Reshape", Domain: "" } || links.Producer(last.Input(0), "Slice") is not { } slice || links.Producer(slice.Input(0), "DepthToSpace") is not { } space
            || links.Producer(space.Input(0), "Conv") is not { } phases || links.Producer(phases.Input(0), "Reshape") is not { } single
            || !IsSingle(graph, links, single.Input(1))) return null;
        var size = space.Int("blocksize", 0);
        // as many phases as a window has elements, and one tap each: no window sees what another one does
        return size > 1 && phases.Inputs.Count == 2 && graph.Constants.TryGetValue(phases.Input(1), out var ones) && ones.Type == ElementType.Float && ones.Shape is [var count, 1, 1, 1] && count == size * size
            && ones.Span<float>().IndexOfAnyExcept(1f) < 0 && phases.Ints("pads") is [0, 0, 1, 1] && AreZero(graph, slice.Input(1)) && Are(graph, slice.Input(3), [2, 3])
                ? (single.Input(0), size)
                : null;
    }

    // The product with the mask of a ReLU that alone needs a tensor's numbers: others at most wait for it, and read nothing of it (see Recomputer).
    private static (Node Product, string Rectified, List<Node> Waiting)? Mask(GraphLinks links, string tensor)
    {
        var readers = links.Readers(tensor);
        var waiting = readers.Where(reader => reader is { Op: "Slice", Domain: "" } && reader.Input(0) == tensor && reader.Input(1) == reader.Input(2)).ToList();
        return readers.Except(waiting).ToList() is [{ Op: "Mul", Domain: "" } product] && product.Inputs.Count(input => input == tensor) == 1 && links.MaskIn(product, tensor) is { } rectified
            ? (product, rectified, waiting)
            : null;
    }

    // [-1, 1, h, w], or as it is for known sizes
    private static bool IsSingle(Graph graph, GraphLinks links, string shape) => links.Producer(shape, "Concat") is { Inputs: [var first, ..] } ? Are(graph, first, [-1, 1])
        : graph.Constants.TryGetValue(shape, out var known) && known.Type == ElementType.Int64 && known.Span<long>() is [_, 1, _, _];

    private static bool AreZero(Graph graph, string name) => graph.Constants.TryGetValue(name, out var constant) && constant.Type == ElementType.Int64 && constant.Span<long>().IndexOfAnyExcept(0) < 0;

    private static bool Are(Graph graph, string name, long[] values) => graph.Constants.TryGetValue(name, out var constant) && constant.Type == ElementType.Int64 && constant.Span<long>().SequenceEqual(values);
}
