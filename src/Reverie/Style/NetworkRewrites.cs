using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Style;

/// <summary>A network with other pools, or other borders, as graph rewrites: the weights and the tensors' names stay.</summary>
internal static class NetworkRewrites
{
    /// <summary>The graph rewritten as asked; the same graph where nothing is asked.</summary>
    /// <exception cref="ReverieException">A pool or border cannot be rewritten.</exception>
    public static Graph Apply(Graph graph, StylePooling pooling, StylePadding padding)
    {
        if (pooling == StylePooling.Own && padding == StylePadding.Own) return graph;
        var work = graph.Clone();
        if (pooling != StylePooling.Own) Pool(work, pooling);
        if (padding != StylePadding.Own) Pad(work, padding);
        work.Types.Clear();
        ShapeInference.Infer(work);
        return work;
    }

    private static void Pool(Graph graph, StylePooling pooling)
    {
        foreach (var node in graph.Nodes.Where(node => node.Op is "MaxPool" or "AveragePool"))
        {
            if (node.Outputs.Skip(1).Any(output => output.Length > 0) && pooling == StylePooling.Average)
                throw new ReverieException($"{node.Describe()} also says where its maxima are, so it cannot become an average");
            node.Op = pooling == StylePooling.Max ? "MaxPool" : "AveragePool";
            foreach (var attribute in (string[])["count_include_pad", "storage_order"]) node.Attributes.Remove(attribute);
        }
    }

    private static void Pad(Graph graph, StylePadding padding)
    {
        var mode = padding switch { StylePadding.Reflect => "reflect", StylePadding.Replicate => "edge", _ => "constant" };
        var producers = graph.Producers();
        var consumers = graph.Consumers();
        var nodes = new List<Node>();
        foreach (var node in graph.Nodes)
        {
            // a border that the network writes as a node of its own, for convolutions only
            if (node.Op == "Pad" && consumers.TryGetValue(node.Output, out var readers) && readers.All(reader => reader.Op == "Conv"))
            {
                node.Attributes["mode"] = mode;
                if (mode == "constant")
                {
                    while (node.Inputs.Count < 3) node.Inputs.Add("");
                    node.Inputs[2] = "";
                }
            }
            if (node.Op == "Conv" && mode != "constant" && node.Ints("pads") is { } pads && pads.Any(pad => pad > 0))
            {
                if (producers.GetValueOrDefault(node.Inputs[0])?.Op == "Pad") throw new ReverieException($"{node.Describe()} has two borders, of which one cannot be rewritten");
                var rank = pads.Length / 2;
                var padded = graph.Fresh($"{node.Output}/padded");
                var all = new long[2 * (rank + 2)];
                pads.AsSpan(0, rank).CopyTo(all.AsSpan(2));
                pads.AsSpan(rank).CopyTo(all.AsSpan(rank + 4));
                var amounts = graph.AddConstant($"{node.Output}/pads", Tensor.Ints(all));
                nodes.Add(new Node("Pad", [node.Inputs[0], amounts], [padded]) { Name = padded, Attributes = { ["mode"] = mode } });
                node.Inputs[0] = padded;
                node.Attributes["pads"] = new long[pads.Length];
            }
            nodes.Add(node);
        }
        graph.ReplaceNodes(nodes);
    }
}
