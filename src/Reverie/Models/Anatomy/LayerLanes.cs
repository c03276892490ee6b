namespace Reverie.Models.Anatomy;

/// <summary>A layer's place in a drawing: rows from the top, one a layer, and lanes beside one another, one for every tensor that later layers still read.</summary>
/// <param name="Lane">The layer's lane, counted from 0.</param>
/// <param name="Links">Where it reads from.</param>
/// <param name="Passing">The lanes that pass by it: what was computed before and is read later.</param>
public sealed record LaneRow(int Lane, IReadOnlyList<LaneLink> Links, IReadOnlySet<int> Passing);

/// <summary>A line that comes to a layer.</summary>
/// <param name="From">The layer that it comes from.</param>
/// <param name="Lane">That layer's lane.</param>
/// <param name="Ends">Whether the lane is free from here on; else others read the tensor still.</param>
public sealed record LaneLink(int From, int Lane, bool Ends);

/// <summary>The arrangement of a network's layers for drawings, such as those of version control: no two lines lie on one another.</summary>
public static class LayerLanes
{
    /// <summary>Arranges layers.</summary>
    /// <param name="layers">The layers, every one after those that it reads.</param>
    /// <returns>One row for each.</returns>
    public static IReadOnlyList<LaneRow> Of(IReadOnlyList<NetworkLayer> layers)
    {
        var lastRead = Enumerable.Repeat(-1, layers.Count).ToArray();
        for (var index = 0; index < layers.Count; index++)
            foreach (var read in layers[index].Reads) lastRead[read] = index;
        var rows = new List<LaneRow>(layers.Count);
        var open = new SortedDictionary<int, int>(); // lane -> layer
        var laneOf = new int[layers.Count];
        for (var index = 0; index < layers.Count; index++)
        {
            var links = layers[index].Reads.Distinct().Select(read => new LaneLink(read, laneOf[read], lastRead[read] == index)).OrderBy(link => link.Lane).ToList();
            foreach (var link in links)
                if (link.Ends) open.Remove(link.Lane);
            // it goes on where what it reads ends; else on the first free lane
            var lane = links.Find(link => link.Ends)?.Lane ?? Free();
            rows.Add(new(lane, links, open.Keys.ToHashSet()));
            laneOf[index] = lane;
            if (lastRead[index] > index) open[lane] = index;
        }
        return rows;

        int Free()
        {
            var lane = 0;
            while (open.ContainsKey(lane)) lane++;
            return lane;
        }
    }
}
