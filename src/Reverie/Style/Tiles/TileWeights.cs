using Reverie.Runtime;
using Reverie.Tiling;

namespace Reverie.Style.Tiles;

/// <summary>The weights of a layer's positions within a tile: those of the whole layer where the tile owns the position, 0 elsewhere. So what tiles contribute adds up to the whole.</summary>
/// <param name="plan">The tiles.</param>
/// <param name="layer">Which of the plan's layers.</param>
/// <param name="regions">The regions' weights [R, h w] of the whole layer, each region's adding up to 1; null for equal weights of all positions.</param>
internal sealed class TileWeights(TilePlan plan, int layer, float[]? regions)
{
    private readonly float _equal = (float)(1.0 / ((double)plan.Layers[layer].Height * plan.Layers[layer].Width));
    private readonly int _regions = regions is null ? 1 : regions.Length / (plan.Layers[layer].Height * plan.Layers[layer].Width);

    // as large as the largest tile so far: arrays of every tile's own would be garbage of hundreds of megabytes an evaluation
    private float[] _buffer = [];

    /// <summary>1/M at the tile's own positions: [1,1,h,w]; good until the next tile.</summary>
    public RuntimeTensor Place(Tile tile) => Of(tile, null, 1, 1, 1, tile.Layers[layer].Height, tile.Layers[layer].Width);

    /// <summary>The regions' weights at the tile's own positions: [R,1,m]; good until the next tile.</summary>
    public RuntimeTensor Mask(Tile tile) => Of(tile, regions, _regions, _regions, 1, (long)tile.Layers[layer].Height * tile.Layers[layer].Width);

    private RuntimeTensor Of(Tile tile, float[]? whole, int count, params ReadOnlySpan<long> shape)
    {
        var place = tile.Layers[layer];
        var (size, columns, area) = (place.Height * place.Width, plan.Layers[layer].Width, plan.Layers[layer].Height * plan.Layers[layer].Width);
        if (_buffer.Length < count * size) _buffer = new float[count * size];
        var weights = _buffer.AsMemory(0, count * size);
        weights.Span.Clear();
        for (var region = 0; region < count; region++)
            for (var row = 0; row < place.Owned.Height; row++)
            {
                var target = weights.Span.Slice(region * size + (place.Owned.Top + row) * place.Width + place.Owned.Left, place.Owned.Width);
                if (whole is null) target.Fill(_equal);
                else whole.AsSpan(region * area + (place.Top + row) * columns + place.Left, target.Length).CopyTo(target);
            }
        return RuntimeTensor.Of(weights, shape);
    }
}
