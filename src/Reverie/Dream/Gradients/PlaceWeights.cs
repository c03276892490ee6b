using Reverie.Dream.Objectives;
using Reverie.Runtime;
using Reverie.Tiling;

namespace Reverie.Dream.Gradients;

/// <summary>The weights of a layer's positions for one term, cut to the tiles that own them.</summary>
internal sealed class PlaceWeights
{
    private readonly int _layer;
    private readonly float _constant;
    private readonly WhereMap? _map;
    private readonly int _columns;
    private float[] _tile = [];

    /// <summary>Weights for a term.</summary>
    /// <param name="placed">The term and the graph's input.</param>
    /// <param name="layer">Which of the plan's layers is the term's.</param>
    /// <param name="plan">The tiles.</param>
    public PlaceWeights(PlacedTerm placed, int layer, TilePlan plan)
    {
        var (height, width) = plan.Layers[layer];
        (Input, _layer, _columns) = (placed.Input, layer, width);
        var term = placed.Term;
        if (term.At is not null) _map = new(placed, [1, 1, height, width]);
        // a mean over the places; what a guide matches is a sum
        _constant = term.Measure is ObjectiveMeasure.Energy or ObjectiveMeasure.Guide ? 1 : (float)(1.0 / ((double)height * width));
    }

    /// <summary>The graph's input.</summary>
    public string Input { get; }

    /// <summary>Draws the weights for the picture rolled by a shift.</summary>
    public void Draw(OctaveSize size, Shift shift) => _map?.Draw(size, shift);

    /// <summary>The weights [1,1,h,w] within a tile: zero where another tile owns the position.</summary>
    public RuntimeTensor Of(Tile tile)
    {
        var layer = tile.Layers[_layer];
        var count = layer.Height * layer.Width;
        if (_tile.Length < count) _tile = new float[count];
        Array.Clear(_tile, 0, count);
        for (var row = 0; row < layer.Owned.Height; row++)
        {
            var target = _tile.AsSpan((layer.Owned.Top + row) * layer.Width + layer.Owned.Left, layer.Owned.Width);
            if (_map is null) target.Fill(_constant);
            else _map.Weights.Slice((layer.Top + row) * _columns + layer.Left, target.Length).CopyTo(target);
        }
        return RuntimeTensor.Of(_tile.AsMemory(0, count), 1, 1, layer.Height, layer.Width);
    }
}
