namespace Reverie.Tiling;

/// <summary>A tile along one axis.</summary>
/// <param name="Crop">The pixels to run on.</param>
/// <param name="Owned">The positions of each layer that the tile owns.</param>
internal sealed record AxisTile(Interval Crop, IReadOnlyList<Interval> Owned);

/// <summary>The tiles along one axis; tiles of a picture are all pairs of those of its axes.</summary>
internal static class AxisPlan
{
    public static List<AxisTile> Create(Locality locality, bool isY, long size, long tile, PictureEdge edge, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (tile < 1) throw new ArgumentOutOfRangeException(nameof(tile), tile, "a tile has at least one pixel");
        var alignment = isY ? locality.AlignmentY : locality.AlignmentX;
        var isOpen = edge == PictureEdge.Open;
        // An open axis is a whole number of cells long: the last one reaches into what lies beyond, and nothing of the picture is left out.
        var end = isOpen ? RoundUp(size, alignment) : size;
        var core = Core(end, tile, alignment);
        var tiles = new List<AxisTile>();
        for (long begin = 0; begin < end; begin += core)
        {
            var isLast = begin + core >= end;
            var owned = locality.Layers.Select(layer => Owned(layer, begin, isLast ? end : begin + core, isLast)).ToList();
            // A tile that owns nothing of a layer (the layer may be smaller than the picture) has to be large enough for it all the same.
            var held = locality.Layers.Select((layer, index) => (layer, owned[index].IsEmpty ? LastOf(layer) : owned[index])).ToDictionary(StringComparer.Ordinal);
            var needed = locality.Needed(held, isY, name => isOpen ? null : SizeOf(name));
            var from = FloorTo(needed.Begin, alignment);
            var to = isOpen ? FloorTo(needed.End + alignment - 1, alignment) : size - FloorTo(size - needed.End, alignment);
            tiles.Add(new(new(from, to), owned));
        }
        return tiles;

        Ratio Step(string layer) => isY ? locality.Tensor(layer).StepY : locality.Tensor(layer).StepX;

        long? SizeOf(string name) => shapes.TryGetValue(name, out var shape) ? shape[isY ? locality.Tensor(name).AxisY : locality.Tensor(name).AxisX]
            : throw new ReverieException($"the size of '{name}' depends on the picture's values, so that it cannot be computed in tiles");

        Interval LastOf(string layer) => SizeOf(layer) is { } length ? new(length - 1, length) : Interval.Empty;

        Interval Owned(string layer, long first, long last, bool takesRest)
        {
            var step = Step(layer);
            if (isOpen) return new(step.Into(first), step.Into(last));
            var length = SizeOf(layer)!.Value;
            var positions = new Interval(step.Into(first), takesRest ? length : step.Into(last));
            return positions.Within(length);
        }
    }

    /// <summary>The pixels where one tile's own part ends and the next one's begins.</summary>
    public static IEnumerable<long> Borders(long size, long tile, long alignment, PictureEdge edge)
    {
        var end = edge == PictureEdge.Open ? RoundUp(size, alignment) : size;
        var core = Core(end, tile, alignment);
        for (var border = core; border < end; border += core) yield return border;
    }

    // as many tiles as there have to be, all of nearly one size: a sliver at the end would be mostly halo
    private static long Core(long end, long tile, long alignment)
    {
        var count = (end + RoundUp(tile, alignment) - 1) / RoundUp(tile, alignment);
        return RoundUp((end + count - 1) / count, alignment);
    }

    private static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;

    private static long FloorTo(long value, long multiple) => value - ((value % multiple) + multiple) % multiple;
}
