using Reverie.Onnx;

namespace Reverie.Runtime.Kernels;

/// <summary>Masks of ReLUs that nothing else has taken: multiplied in the pass over memory that adds up the cotangents.</summary>
internal static class GatedSumRewrite
{
    /// <summary>Rewrites a graph in place. Nodes that nothing needs any more may be left over.</summary>
    public static void Apply(Graph graph, int threads)
    {
        var links = new GraphLinks(graph);
        var replaced = new Dictionary<Node, Node>();
        var removed = new HashSet<Node>();
        foreach (var product in graph.Nodes)
        {
            if (product is not { Op: "Mul", Domain: "", Inputs: [var left, var right] } || left == right) continue;
            var cotangent = links.MaskIn(product, left) is not null ? left : right;
            if (links.MaskIn(product, cotangent) is not { } rectified) continue;
            var terms = Terms(links, cotangent, removed);
            var ours = new Node(GatedSumOperator.OperatorName, [rectified, .. terms], [product.Output]) { Domain = KernelDomain.Name, Name = product.Name };
            ours.Attributes["threads"] = (long)threads;
            replaced[product] = ours;
        }
        if (replaced.Count == 0) return;
        graph.ReplaceNodes([.. graph.Nodes.Where(node => !removed.Contains(node)).Select(node => replaced.GetValueOrDefault(node, node))]);
    }

    // the leaves of a tree of additions that only serves this sum, in order
    private static List<string> Terms(GraphLinks links, string sum, HashSet<Node> removed)
    {
        List<string> terms = [sum];
        for (var index = 0; index < terms.Count;)
        {
            var addition = links.Producer(terms[index], "Add");
            if (addition is null || links.OnlyReader(terms[index]) is null || terms.Count == GatedSumOperator.MostTerms || !addition.Inputs.TrueForAll(term => IsCotangent(links, term)))
            {
                index++;
                continue;
            }
            terms.RemoveAt(index);
            terms.InsertRange(index, addition.Inputs);
            removed.Add(addition);
        }
        return terms;
    }

    // What such operators give is a whole tensor's cotangent: sums of them add like to like, without broadcasting.
    private static bool IsCotangent(GraphLinks links, string term) => links.Producer(term) is { } producer
        && (producer.Op is "Conv" or "ConvTranspose" or "Slice" or "Add" || producer.Domain == KernelDomain.Name || (producer.Op == "Mul" && producer.Inputs.Exists(factor => links.MaskIn(producer, factor) is not null)));
}
