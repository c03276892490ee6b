using Reverie.Dream.Objectives;
using Reverie.Models;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Dream.Gradients;

/// <summary>The weights of a layer's places for a term that not all of them count for, at one size of the picture.</summary>
internal sealed class WhereMap
{
    private readonly PlacedTerm _placed;
    private readonly float[] _weights;
    private readonly (int Height, int Width) _grid;

    /// <summary>A map for a layer of shape [1,C,h,w].</summary>
    public WhereMap(PlacedTerm placed, ReadOnlySpan<long> layer)
    {
        _placed = placed;
        _grid = ((int)layer[2], (int)layer[3]);
        _weights = new float[_grid.Height * _grid.Width];
        Tensor = RuntimeTensor.Of(_weights, 1, 1, _grid.Height, _grid.Width);
    }

    /// <summary>The maps that an objective needs at a size of the picture.</summary>
    public static List<WhereMap> All(ObjectiveGraph objective, Network network, OctaveSize size)
    {
        if (objective.Places.Count == 0) return [];
        var shapes = ShapeInference.Resolve(objective.Layers, new Dictionary<string, long[]> { [network.Input] = network.Preprocessing.Shape(1, size.Height, size.Width) });
        return [.. objective.Places.Select(placed => new WhereMap(placed, shapes[placed.Term.Layer]))];
    }

    /// <summary>The graph's input that the map is for.</summary>
    public string Input => _placed.Input;

    /// <summary>The map's numbers, row by row.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>The map [1,1,h,w].</summary>
    public RuntimeTensor Tensor { get; }

    /// <summary>Draws the map for the picture rolled by a shift: what the term points at moves with the picture.</summary>
    public void Draw(OctaveSize size, Shift shift)
    {
        Array.Clear(_weights);
        if (_placed.Term.At is not { } at) return;
        var (row, column) = new Place(Rolled(at.X, shift.Right, size.Width), Rolled(at.Y, shift.Down, size.Height)).In(_grid.Height, _grid.Width);
        _weights[row * _grid.Width + column] = 1;
    }

    private static double Rolled(double position, int shift, int size)
    {
        var moved = position + (double)shift / size;
        return moved - Math.Floor(moved);
    }
}
