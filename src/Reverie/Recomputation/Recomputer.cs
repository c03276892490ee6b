using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Rewrites;
using Reverie.Onnx.Shapes;

namespace Reverie.Recomputation;

/// <summary>
/// Trades time for memory: rewrites a differentiated graph so that its backward pass computes segments of the forward pass again from what was kept at their
/// borders (Griewank and Walther 2000, "Revolve"; Chen et al. 2016, arXiv 1604.06174). The same operators on the same numbers give the same gradient.
/// </summary>
/// <remarks>
/// Nothing in ONNX says when an operator runs, and an optimiser may merge equal ones. So each segment reads its borders through a gate: a Reshape, which copies
/// nothing, to the shape that the tensor has already plus a number that is always 0 but is computed from the cotangents that come down to the segment. The copies
/// are then not equal to the originals, and cannot run before the backward pass has come to them.
/// </remarks>
public static class Recomputer
{
    /// <summary>Rewrites.</summary>
    /// <param name="graph">A graph to which <see cref="Differentiator"/> appended a backward pass; it is not changed.</param>
    /// <param name="heads">The tensors that were differentiated, in the forward pass.</param>
    /// <param name="segments">What to compute again, in the order of the network and without overlap; none with operators that the graph lacks.</param>
    /// <exception cref="ReverieException">A segment is not one of the graph's.</exception>
    public static Graph Apply(Graph graph, IEnumerable<string> heads, IReadOnlyList<RecomputedSegment> segments)
    {
        if (segments.Count == 0) return graph;
        var rewritten = graph.Clone();
        ShapeInference.Infer(rewritten);
        var reads = new BackwardReads(rewritten, heads);
        var end = -1;
        foreach (var segment in segments)
        {
            var (first, last) = (Place(segment.First), Place(segment.Last));
            if (first <= end || last < first) throw new ReverieException($"the segments to compute again overlap or are out of order at {segment}");
            var from = segment.From is { } start ? Place(start) : first;
            if (from > first) throw new ReverieException($"the segment {segment} is computed from a place within it");
            Rewrite(rewritten, reads, from, first, end = last);
        }
        rewritten.Refresh();
        rewritten.Sort();
        DeadCode.Remove(rewritten);
        return rewritten;

        int Place(string tensor) => reads.ProducerOf(tensor)
            ?? throw new ReverieException($"the tensor '{tensor}', where a segment to compute again begins or ends, is not in the forward pass");
    }

    private static void Rewrite(Graph graph, BackwardReads reads, int from, int first, int last)
    {
        // what the backward pass reads of the segment, and the operators that this takes
        var wanted = reads.Backward.SelectMany(node => node.Inputs).Where(tensor => IsInside(tensor) && reads.ProducerOf(tensor) >= first).Where(tensor => !IsInteger(graph, tensor)).ToHashSet(StringComparer.Ordinal);
        var needed = new HashSet<string>(wanted, StringComparer.Ordinal);
        var copied = new List<Node>();
        for (var index = last; index >= from; index--)
        {
            var node = reads.Forward[index];
            if (!node.Outputs.Any(needed.Contains)) continue;
            needed.UnionWith(node.Inputs.Where(input => !IsInside(input) || !IsInteger(graph, input)));
            copied.Add(node);
        }
        if (copied.Count == 0) return;
        copied.Reverse();

        var emitter = new Emitter(graph) { Prefix = $"again/{reads.Forward[first].Output}" };
        if (Token(emitter, reads, last) is not { } zero) return; // no cotangent comes from beyond: the segment is where the backward pass begins
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in copied)
        {
            var copy = node.Clone();
            for (var index = 0; index < copy.Inputs.Count; index++)
            {
                var input = copy.Inputs[index];
                if (input.Length == 0 || graph.Constants.ContainsKey(input)) continue;
                if (!names.TryGetValue(input, out var name))
                    names[input] = name = IsInteger(graph, input) ? input : Gate(emitter, input, zero);
                copy.Inputs[index] = name;
            }
            for (var index = 0; index < copy.Outputs.Count; index++)
                if (copy.Outputs[index].Length > 0) copy.Outputs[index] = names[node.Outputs[index]] = graph.Fresh($"again/{node.Outputs[index]}");
            copy.Name = copy.Output;
            graph.Nodes.Add(copy);
        }
        foreach (var node in reads.Backward)
            for (var index = 0; index < node.Inputs.Count; index++)
                if (wanted.Contains(node.Inputs[index]) && names.TryGetValue(node.Inputs[index], out var again)) node.Inputs[index] = again;

        bool IsInside(string tensor) => reads.ProducerOf(tensor) is { } producer && producer >= from && producer <= last;
    }

    // Shapes, counts and the places of maxima that flow forward are kept: they are small, and an integer that a rule reads must not depend on the backward pass.
    private static bool IsInteger(Graph graph, string tensor) =>
        graph.TypeOf(tensor) is { Element: ElementType.Int64 or ElementType.Int32 or ElementType.Bool, Rank: <= 1 };

    // 0, but only once all that the backward pass does beyond the segment is done
    private static Value? Token(Emitter emitter, BackwardReads reads, int last)
    {
        var beyond = reads.Backward.Where(node => reads.ReachOf(node) <= last).SelectMany(node => node.Inputs)
            .Where(tensor => reads.ReachOf(tensor) > last && reads.ReachOf(tensor) < int.MaxValue && emitter.Graph.TypeOf(tensor) is { Element: ElementType.Float or ElementType.Double, Rank: > 0 })
            .Distinct(StringComparer.Ordinal).ToList();
        var zeros = beyond.Select(tensor => emitter.Op("Size", emitter.Op("Slice", emitter[tensor], emitter.Ints(0), emitter.Ints(0), emitter.Ints(0)))).ToList();
        return zeros.Count == 0 ? null : zeros.Aggregate((sum, zero) => sum + zero);
    }

    private static string Gate(Emitter emitter, string tensor, Value zero) =>
        emitter.Op("Reshape", emitter[tensor], emitter.Op("Shape", emitter[tensor]) + zero).Name;
}
