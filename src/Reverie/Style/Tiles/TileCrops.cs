using System.Numerics.Tensors;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Tiling;

namespace Reverie.Style.Tiles;

/// <summary>Cuts tiles out of a picture for a network, and adds what comes back; in buffers that are as large as the largest crop so far, whatever the picture's size.</summary>
internal sealed class TileCrops(Network network)
{
    private float[] _planes = [], _input = [], _gradient = [];

    /// <summary>Makes room.</summary>
    public void Reserve(TilePlan plan)
    {
        var pixels = (int)plan.Tiles.Max(tile => tile.Crop.Count);
        if (_planes.Length >= 3 * pixels) return;
        _planes = new float[3 * pixels];
        (_input, _gradient) = (new float[network.Preprocessing.Channels * pixels], new float[network.Preprocessing.Channels * pixels]);
    }

    /// <summary>A tile of a picture [3,H,W] as the network takes it; good until the next one.</summary>
    public RuntimeTensor Input(ReadOnlySpan<float> rgb, TilePlan plan, TileRectangle crop)
    {
        var planes = _planes.AsSpan(0, 3 * (int)crop.Count);
        for (var channel = 0; channel < 3; channel++)
            for (var row = 0; row < crop.Height; row++)
                rgb.Slice((channel * plan.Height + crop.Top + row) * plan.Width + crop.Left, crop.Width).CopyTo(planes.Slice((channel * crop.Height + row) * crop.Width, crop.Width));
        var input = _input.AsMemory(0, network.Preprocessing.Channels * (int)crop.Count);
        network.Preprocessing.ToInput(planes, input.Span);
        return RuntimeTensor.Of(input, network.Preprocessing.Shape(1, crop.Height, crop.Width));
    }

    /// <summary>Where a run puts the gradient with respect to a tile's input.</summary>
    public RuntimeTensor Gradient(TileRectangle crop) =>
        RuntimeTensor.Of(_gradient.AsMemory(0, network.Preprocessing.Channels * (int)crop.Count), network.Preprocessing.Shape(1, crop.Height, crop.Width));

    /// <summary>Adds the gradient that a run has left to that of the picture [3,H,W]: halos overlap.</summary>
    public void AddGradient(TilePlan plan, TileRectangle crop, Span<float> rgb)
    {
        var planes = _planes.AsSpan(0, 3 * (int)crop.Count);
        network.Preprocessing.PullBack(_gradient.AsSpan(0, network.Preprocessing.Channels * (int)crop.Count), planes);
        for (var channel = 0; channel < 3; channel++)
            for (var row = 0; row < crop.Height; row++)
            {
                var target = rgb.Slice((channel * plan.Height + crop.Top + row) * plan.Width + crop.Left, crop.Width);
                TensorPrimitives.Add(target, planes.Slice((channel * crop.Height + row) * crop.Width, crop.Width), target);
            }
    }
}
