using Reverie.Explain;

namespace Reverie.Axioms;

/// <summary>A picture cut into 5 x 5 patches, symmetric about the middle: the features of methods that change parts of it, and the places where one alone is changed.</summary>
internal sealed class PatchGrid
{
    private const int Most = 5;

    private readonly int[] _cells;

    public PatchGrid(long[] itemShape, bool channelsLast)
    {
        ChannelsLast = channelsLast;
        var rank = itemShape.Length;
        var (rows, columns) = rank < 3 ? (1, (int)(rank == 0 ? 1 : itemShape[^1])) : channelsLast ? ((int)itemShape[0], (int)itemShape[1]) : ((int)itemShape[^2], (int)itemShape[^1]);
        var (down, across) = (Math.Min(Most, rows), Math.Min(Most, columns));
        var count = (int)Onnx.Tensor.CountOf(itemShape);
        var channels = rank < 3 ? 1 : (int)(channelsLast ? itemShape[^1] : itemShape[0]);
        (Count, CellSide) = (down * across, Math.Max(1, (Math.Max(rows, columns) + Most - 1) / Most));
        _cells = new int[count];
        for (var index = 0; index < count; index++)
        {
            var pixel = rank < 3 ? index % columns : channelsLast ? index / channels : index % (rows * columns);
            // by the middles of pixels, so that a picture and its mirror image have the same patches
            _cells[index] = (2 * (pixel / columns % rows) + 1) * down / (2 * rows) * across + (2 * (pixel % columns) + 1) * across / (2 * columns);
        }
    }

    /// <summary>Whether channels are the last axis.</summary>
    public bool ChannelsLast { get; }

    /// <summary>The number of patches.</summary>
    public int Count { get; }

    /// <summary>The side of a patch in pixels.</summary>
    public int CellSide { get; }

    /// <summary>The patch of each element of an item.</summary>
    public ReadOnlySpan<int> Cells => _cells;

    /// <summary>The patches as features of so many inputs; each input has its own.</summary>
    public FeatureGroups Groups(int inputs) =>
        new([.. Enumerable.Range(0, inputs).Select(input => Array.ConvertAll(_cells, cell => cell + input * Count))], [.. Enumerable.Repeat(_cells.Length, inputs)]);

    /// <summary>The patches, and one feature more for what was appended to the item.</summary>
    public FeatureGroups WithDummy(int appended) => new([[.. _cells, .. Enumerable.Repeat(Count, appended)]], [_cells.Length + appended]);
}
