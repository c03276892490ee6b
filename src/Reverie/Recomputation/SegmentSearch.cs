using Reverie.Onnx;

namespace Reverie.Recomputation;

/// <summary>
/// Chooses which segments of a forward pass to compute again: for a bound on the bytes of tensors, the choice of least work, by dynamic programming over the
/// borders (the places where few bytes cross) that keeps, of all ways to come to a border, those that no other beats in both bytes kept and work done again.
/// </summary>
public static class SegmentSearch
{
    private const int MostBorders = 48;
    private const int MostWays = 64;

    /// <summary>
    /// Choices from the least work to the fewest bytes; the first computes nothing again. Their bytes are estimates; what a runtime really needs is for its own plan to tell.
    /// </summary>
    /// <param name="graph">A differentiated graph.</param>
    /// <param name="heads">The tensors that were differentiated.</param>
    /// <param name="inputShapes">The shapes of the graph's inputs.</param>
    /// <param name="steps">How finely to try bounds between the fewest bytes possible and those of the plain graph.</param>
    /// <exception cref="ReverieException">The shapes do not fit.</exception>
    public static IReadOnlyList<RecomputationChoice> Choices(Graph graph, IEnumerable<string> heads, IReadOnlyDictionary<string, long[]> inputShapes, int steps = 24)
    {
        var costs = new SegmentCosts(graph, heads, inputShapes);
        if (costs.Count == 0) return [new([], 0, 0)];
        var borders = Borders(costs);
        var plain = costs.Kept(0, costs.Count - 1) + costs.Cotangents(0, costs.Count - 1);
        var choices = new List<RecomputationChoice> { new([], plain, 0) };
        // downwards from the plain graph until nothing fits
        for (var step = 1; step < steps; step++)
        {
            var bound = (long)(plain * Math.Pow(0.05, (double)step / steps));
            if (Best(costs, borders, bound) is not { } best) break;
            if (best.Work > 0 && !best.Segments.SequenceEqual(choices[^1].Segments)) choices.Add(best);
        }
        return choices;
    }

    // About as many bytes are kept between one border and the next; each lies where the fewest cross. The last operator ends the last segment.
    private static List<int> Borders(SegmentCosts costs)
    {
        var (found, window, best) = (new List<int>(), costs.Kept(0, costs.Count - 1) / MostBorders, -1);
        for (var (index, begin) = (0, 0); index < costs.Count - 1; index++)
        {
            if (best < 0 || costs.Crossing[index] <= costs.Crossing[best]) best = index;
            if (costs.Kept(begin, index) < window && costs.Crossing[index + 1] <= costs.Crossing[best]) continue;
            found.Add(best);
            (begin, best) = (best + 1, -1);
            index = Math.Max(index, begin - 1);
        }
        found.Add(costs.Count - 1);
        return found;
    }

    private static RecomputationChoice? Best(SegmentCosts costs, List<int> borders, long bound)
    {
        // ways[b]: how everything up to borders[b] can be dealt with
        var ways = new List<Way>[borders.Count];
        for (var end = 0; end < borders.Count; end++)
        {
            var found = new List<Way>();
            for (var start = -1; start < end; start++)
                foreach (var way in start < 0 ? [Way.Start] : ways[start])
                    found.AddRange(Extend(costs, way, borders[end]).Where(next => next.Peak <= bound));
            ways[end] = Undominated(found);
        }
        return ways[^1].MinBy(way => way.Work)?.Choice(costs);
    }

    // What can be done with the segment from where a way ends to the operator `last`.
    private static IEnumerable<Way> Extend(SegmentCosts costs, Way way, int last)
    {
        var first = way.Last + 1;
        var (kept, cotangents) = (costs.Kept(first, last), costs.Cotangents(first, last));
        // kept as it is, through the rest of the forward pass
        yield return new(way, last, last + 1, false, way.Bytes + kept, Math.Max(way.Peak, way.Bytes + kept + cotangents), way.Work);
        // the end of the forward pass is where the backward pass begins: nothing is won there
        if (last == costs.Count - 1) yield break;
        // what a segment that is computed again begins from must have been kept
        var begin = way.Bytes + (way.Again || first == 0 ? 0 : costs.Needed[first - 1]);
        var peak = Math.Max(way.Peak, begin + kept + Math.Max(cotangents, costs.Moved(way.From, last)));
        var work = way.Work + costs.Work(way.From, last);
        // the next one begins at the end of this one, where something must be kept for it, or where this one began, at more work
        yield return new(way, last, last + 1, true, begin + costs.Crossing[last], Math.Max(peak, begin + costs.Crossing[last]), work);
        yield return new(way, last, way.From, true, begin, peak, work);
    }

    private static List<Way> Undominated(List<Way> ways)
    {
        var kept = new List<Way>();
        foreach (var group in ways.GroupBy(way => way.From))
        {
            var least = long.MaxValue;
            foreach (var way in group.OrderBy(way => way.Work).ThenBy(way => way.Bytes))
                if (way.Bytes < least)
                {
                    least = way.Bytes;
                    kept.Add(way);
                }
        }
        return kept.Count <= MostWays ? kept : [.. kept.OrderBy(way => way.Work).Where((_, index) => index * MostWays / kept.Count != (index - 1) * MostWays / kept.Count)];
    }

    /// <summary>One way to deal with the operators up to one.</summary>
    /// <param name="Before">The way to where its last segment begins.</param>
    /// <param name="Last">The last operator dealt with.</param>
    /// <param name="From">From which operator on the next segment would have to be computed again.</param>
    /// <param name="Again">Whether the last segment is computed again.</param>
    /// <param name="Bytes">What is kept for the backward pass.</param>
    /// <param name="Peak">The most bytes needed in the backward pass of what was dealt with.</param>
    /// <param name="Work">The work done again.</param>
    private sealed record Way(Way? Before, int Last, int From, bool Again, long Bytes, long Peak, double Work)
    {
        public static Way Start { get; } = new(null, -1, 0, false, 0, 0, 0);

        public RecomputationChoice Choice(SegmentCosts costs)
        {
            var segments = new List<RecomputedSegment>();
            for (var way = this; way.Before is { } before; way = before)
                if (way.Again) segments.Insert(0, costs.Segment(before.From, before.Last + 1, way.Last));
            return new(segments, Peak, Work);
        }
    }
}

/// <summary>What to compute again, and what that is worth.</summary>
/// <param name="Segments">The segments, in the order of the network.</param>
/// <param name="Bytes">The estimated peak of the tensors, in bytes.</param>
/// <param name="Work">The work done again, in multiply-adds or so.</param>
public sealed record RecomputationChoice(IReadOnlyList<RecomputedSegment> Segments, long Bytes, double Work);
