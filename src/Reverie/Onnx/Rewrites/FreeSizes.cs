using Reverie.Onnx.Shapes;

namespace Reverie.Onnx.Rewrites;

/// <summary>What became of a network's fixed sizes.</summary>
/// <param name="Graph">The graph with the sizes freed that can be, and its types inferred anew.</param>
/// <param name="BatchReason">Why pictures cannot be run together, naming the node; null where they can: every item of a batch then gives what it gives alone.</param>
/// <param name="SizeReason">Why the network does not run at other heights and widths, naming the node; null where it does.</param>
public sealed record FreedSizes(Graph Graph, string? BatchReason, string? SizeReason)
{
    /// <summary>Whether pictures can be run together.</summary>
    public bool BatchIsFree => BatchReason is null;

    /// <summary>Whether the network runs at any size that is not too small.</summary>
    public bool SizeIsFree => SizeReason is null;
}

/// <summary>
/// Frees the batch and the spatial sizes that an exporter froze, where the network allows: the input's sizes become the names N, H and W, and Reshape targets
/// that hold them as numbers are written anew. A size stays where some node needs it, such as a Gemm on a flattened map or a table of positions that is added.
/// </summary>
public static class FreeSizes
{
    /// <summary>Frees what can be freed. The graph is not changed.</summary>
    /// <param name="graph">A canonical graph with one input, [N, C, H, W] or [N, H, W, C] (recognised by its few channels), or with one or three spatial axes.</param>
    /// <exception cref="ReverieException">The graph has several inputs, or its shapes contradict each other.</exception>
    public static FreedSizes Apply(Graph graph)
    {
        if (graph.Inputs.Count != 1) throw new ReverieException($"sizes can be freed in networks with one input, but there are {graph.Inputs.Count}");
        if (graph.Inputs[0].Type.Shape is not { Count: > 0 } shape) return Done(graph.Clone(), "its input's shape is not stated", "its input's shape is not stated");
        var spatial = SpatialAxes(shape);
        var reshapes = new FixedReshapes(graph);
        if (spatial.Length == 0)
        {
            var only = Attempt(graph, reshapes, [0], out var refusal);
            return Done(only ?? graph.Clone(), refusal, $"its input [{string.Join(",", shape)}] has no spatial axes");
        }
        if (Attempt(graph, reshapes, [0, .. spatial], out var problem) is { } all) return Done(all, null, null);
        if (Attempt(graph, reshapes, spatial, out var sizeProblem) is { } sized)
        {
            Attempt(graph, reshapes, [0], out var batchProblem);
            return Done(sized, batchProblem ?? problem, null);
        }
        var batched = Attempt(graph, reshapes, [0], out var reason);
        return Done(batched ?? graph.Clone(), reason, sizeProblem);

        static FreedSizes Done(Graph result, string? batch, string? size)
        {
            ShapeInference.Infer(result);
            return new(result, batch, size);
        }
    }

    // A picture has one, three or four channels; where the last axis is that small and the second is not, channels come last.
    private static int[] SpatialAxes(IReadOnlyList<Dim> shape) => shape.Count switch
    {
        3 => [2],
        4 when shape[3].Value <= 4 && !(shape[1].Value <= 4) => [1, 2],
        4 => [2, 3],
        5 => [2, 3, 4],
        _ => [],
    };

    /// <summary>The graph with the sizes of some of the input's axes free, or null and why that is not possible.</summary>
    private static Graph? Attempt(Graph graph, FixedReshapes reshapes, int[] axes, out string? problem)
    {
        var freed = graph.Clone();
        // what the file declares of shapes was true for the fixed size only
        freed.Types.Clear();
        var (name, type) = graph.Inputs[0];
        var shape = type.Shape!.ToArray();
        var names = shape.SelectMany(dim => dim.Symbols).ToHashSet(StringComparer.Ordinal);
        var symbols = new HashSet<string>(StringComparer.Ordinal);
        foreach (var axis in axes)
        {
            if (shape[axis].IsKnown)
            {
                var symbol = axis == 0 ? "N" : axes.Count(other => other != 0) switch { 1 => "L", 2 => axis == axes[^1] ? "W" : "H", _ => $"D{axis - 1}" };
                while (!names.Add(symbol)) symbol += "_";
                shape[axis] = Dim.Symbol(symbol);
            }
            symbols.UnionWith(shape[axis].Symbols);
        }
        freed.Inputs[0] = new(name, type with { Shape = shape });

        string? found = null;
        var inference = new Inference(freed, assume: (node, left, right) =>
        {
            // what is taken for granted of other sizes, which the file left open, was so before
            if (found is null && (left.Symbols.Overlaps(symbols) || right.Symbols.Overlaps(symbols))) found = $"{node.Describe()} needs {left} to fit {right}";
        });
        var flow = axes.Contains(0) ? new BatchFlow(name, shape[0]) : null;
        var nodes = new List<Node>(freed.Nodes.Count);
        foreach (var node in freed.Nodes)
        {
            foreach (var part in reshapes.Rewrite(freed, node, inference, symbols))
            {
                try
                {
                    inference.Visit(part);
                }
                catch (ReverieException exception)
                {
                    found ??= exception.Message;
                }
                flow?.Visit(part, inference);
                nodes.Add(part);
            }
            if ((problem = found ?? flow?.Problem) is not null) return null;
        }
        problem = flow is null ? null : graph.Outputs.Select(output => flow.ProblemAt(output.Name)).FirstOrDefault(reason => reason is not null);
        freed.ReplaceNodes(nodes);
        return problem is null ? freed : null;
    }
}
