using Reverie.Onnx.Shapes;

namespace Reverie.Tiling;

/// <summary>What lies beyond the ends of an axis of the picture.</summary>
public enum PictureEdge
{
    /// <summary>Nothing: every layer pads, as it does when the whole picture is run. Tiles at the edge have none of their own there.</summary>
    Closed,

    /// <summary>More picture: whoever cuts the tiles knows what is there, such as the opposite side of a seamless texture.</summary>
    Open,
}

/// <summary>
/// A picture taken apart into tiles such that a network's layers, run on each tile by itself, have exactly the values and gradients that they have when it is run on the
/// whole picture: every position of a layer is owned by one tile, whose crop holds all that the position depends on; crops begin at multiples of the total
/// stride, so that all layers' grids meet, and end as the picture does, so that padding depends on nothing else; at an edge of the picture a crop ends with it,
/// so that every layer pads there as it would.
/// </summary>
public sealed class TilePlan
{
    private TilePlan(int height, int width, IReadOnlyList<(int, int)> layers, IReadOnlyList<Tile> tiles) => (Height, Width, Layers, Tiles) = (height, width, layers, tiles);

    /// <summary>The picture's rows.</summary>
    public int Height { get; }

    /// <summary>The picture's columns.</summary>
    public int Width { get; }

    /// <summary>The rows and columns of each whole layer, of which every position has one owner.</summary>
    public IReadOnlyList<(int Height, int Width)> Layers { get; }

    /// <summary>The tiles, row by row.</summary>
    public IReadOnlyList<Tile> Tiles { get; }

    /// <summary>The pixels of all crops over those of the picture: what the halos cost.</summary>
    public double Overhead => Tiles.Sum(tile => (double)tile.Crop.Count) / ((double)Height * Width);

    /// <summary>Plans tiles.</summary>
    /// <param name="locality">The layers and what they depend on.</param>
    /// <param name="height">The picture's rows.</param>
    /// <param name="width">The picture's columns.</param>
    /// <param name="tileHeight">Rows of the picture to a tile, without what is around it; rounded up to the total stride.</param>
    /// <param name="tileWidth">Columns of the picture to a tile, likewise.</param>
    /// <param name="vertical">What lies above and below the picture.</param>
    /// <param name="horizontal">What lies left and right of it.</param>
    /// <exception cref="ReverieException">The picture is too small for a layer.</exception>
    public static TilePlan Create(Locality locality, int height, int width, int tileHeight, int tileWidth,
        PictureEdge vertical = PictureEdge.Closed, PictureEdge horizontal = PictureEdge.Closed)
    {
        // The sizes along one axis do not depend on the other's: a part of it serves, where whole layers would be too large to be named.
        var (shortHeight, shortWidth) = (Short(locality, isY: true, height, vertical), Short(locality, isY: false, width, horizontal));
        var rows = AxisPlan.Create(locality, isY: true, height, tileHeight, vertical, Shapes(locality, vertical == PictureEdge.Open ? shortHeight : height, shortWidth));
        var columns = AxisPlan.Create(locality, isY: false, width, tileWidth, horizontal, Shapes(locality, shortHeight, horizontal == PictureEdge.Open ? shortWidth : width));
        var shapes = new Dictionary<(long, long), IReadOnlyDictionary<string, long[]>>();
        var tiles = new List<Tile>(rows.Count * columns.Count);
        foreach (var row in rows)
            foreach (var column in columns)
            {
                var size = (row.Crop.Length, column.Crop.Length);
                if (!shapes.TryGetValue(size, out var local)) shapes[size] = local = Shapes(locality, (int)size.Item1, (int)size.Item2);
                tiles.Add(new(new((int)row.Crop.Begin, (int)column.Crop.Begin, (int)row.Crop.Length, (int)column.Crop.Length),
                    [.. locality.Layers.Select((layer, index) => Layer(locality, layer, row, column, index, local[layer]))]));
            }
        var layers = locality.Layers.Select((_, index) => ((int)rows.Max(row => row.Owned[index].End), (int)columns.Max(column => column.Owned[index].End))).ToList();
        return new(height, width, layers, tiles);
    }

    private static TileLayer Layer(Locality locality, string layer, AxisTile row, AxisTile column, int index, long[] shape)
    {
        var tensor = locality.Tensor(layer);
        var (height, width) = (shape[tensor.AxisY], shape[tensor.AxisX]);
        var (down, across) = (row.Owned[index], column.Owned[index]);
        var (top, left) = (down.Begin - tensor.StepY.Into(row.Crop.Begin), across.Begin - tensor.StepX.Into(column.Crop.Begin));
        if (down.IsEmpty || across.IsEmpty) return new((int)height, (int)width, default, 0, 0);
        if (top < 0 || left < 0 || top + down.Length > height || left + across.Length > width)
            throw new InvalidOperationException($"the tile at {row.Crop} x {column.Crop} lacks positions {down} x {across} of '{layer}'");
        return new((int)height, (int)width, new((int)top, (int)left, (int)down.Length, (int)across.Length), (int)down.Begin, (int)across.Begin);
    }

    // As short as every layer allows, and as long as the picture is in the grid's last cell.
    private static int Short(Locality locality, bool isY, int size, PictureEdge edge)
    {
        var alignment = isY ? locality.AlignmentY : locality.AlignmentX;
        var enough = locality.Layers.Max(layer => locality.FieldOf(layer) is var (y, x) ? (isY ? y : x).Size : 0) + 2 * alignment;
        if (edge == PictureEdge.Open) return (int)((enough + alignment - 1) / alignment * alignment);
        return size <= enough ? size : (int)(size - (size - enough) / alignment * alignment);
    }

    private static IReadOnlyDictionary<string, long[]> Shapes(Locality locality, int height, int width)
    {
        var declared = locality.Graph.Inputs.Find(input => input.Name == locality.Input)!.Type.Shape!;
        var place = locality.Tensor(locality.Input);
        var shape = declared.Select((dim, axis) => axis == place.AxisY ? height : axis == place.AxisX ? width : dim.Value ?? 1).ToArray();
        var shapes = ShapeInference.Resolve(locality.Graph, new Dictionary<string, long[]> { [locality.Input] = shape });
        foreach (var layer in locality.Layers)
            if (!shapes.TryGetValue(layer, out var found) || found.Contains(0)) throw new ReverieException($"a picture of {width} x {height} is too small for {layer}");
        return shapes;
    }
}
