using Reverie.Onnx;

namespace Reverie.Runtime.Kernels;

/// <summary>Max pools whose winners were only written down for the backward pass: pools without, and a gradient that finds them.</summary>
internal static class MaxPoolRewrite
{
    /// <summary>Rewrites a graph in place. Nodes that nothing needs any more may be left over.</summary>
    public static void Apply(Graph graph, int threads)
    {
        var links = new GraphLinks(graph);
        var replaced = new Dictionary<Node, Node>();
        foreach (var pool in graph.Nodes)
        {
            if (!Suits(pool) || Backward(links, pool.Outputs[1]) is not var (last, cotangent)) continue;
            var ours = new Node(MaxPoolGradientOperator.OperatorName, [pool.Input(0), pool.Output, cotangent], [last.Output]) { Domain = KernelDomain.Name, Name = last.Name };
            ours.Attributes["kernel"] = pool.Ints("kernel_shape")!;
            ours.Attributes["strides"] = pool.Ints("strides") ?? [1, 1];
            ours.Attributes["pads"] = pool.Ints("pads")?[..2] ?? [0, 0];
            ours.Attributes["gate"] = 0L;
            ours.Attributes["threads"] = (long)threads;
            if (links.MaskAfter(last.Output) is var (product, rectified) && rectified == pool.Input(0))
            {
                ours.Attributes["gate"] = 1L;
                ours.Outputs[0] = product.Output;
                last = product;
            }
            replaced[last] = ours;
            var plain = pool.Clone();
            plain.Outputs.RemoveAt(1);
            replaced[pool] = plain;
        }
        if (replaced.Count == 0) return;
        graph.ReplaceNodes([.. graph.Nodes.Select(node => replaced.GetValueOrDefault(node, node))]);
    }

    private static bool Suits(Node node) => node.Op == "MaxPool" && node.Domain.Length == 0 && node.Outputs.Count == 2 && node.Output.Length > 0 && node.Outputs[1].Length > 0
        && node.String("auto_pad", "NOTSET") == "NOTSET" && node.Int("storage_order", 0) == 0 && node.Ints("kernel_shape") is [_, _]
        && (node.Ints("dilations") is not { } dilations || dilations.All(dilation => dilation == 1));

    // as PoolingRules writes it: MaxUnpool(dy, indices, shape), or a scatter of flattened tensors between reshapes
    private static (Node Last, string Cotangent)? Backward(GraphLinks links, string indices)
    {
        var reader = links.OnlyReader(indices);
        if (reader is { Op: "MaxUnpool", Domain: "" } unpool && unpool.Input(1) == indices) return (unpool, unpool.Input(0));
        if (reader is not { Op: "Reshape", Domain: "" } || links.OnlyReader(reader.Output) is not { Op: "ScatterElements", Domain: "" } scatter
            || scatter.String("reduction", "none") != "add" || scatter.Input(1) != reader.Output || links.Producer(scatter.Input(0), "ConstantOfShape") is null
            || links.Producer(scatter.Input(2), "Reshape") is not { } flat || links.OnlyReader(scatter.Output) is not { Op: "Reshape", Domain: "" } shaped) return null;
        return (shaped, flat.Input(0));
    }
}
