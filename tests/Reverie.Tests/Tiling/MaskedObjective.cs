using Reverie.Autodiff;
using Reverie.Autodiff.Float64;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Tests.Autodiff;
using Reverie.Tiling;

namespace Reverie.Tests.Tiling;

/// <summary>1/2 sum m a^2 over layers with weights, where a mask m says which positions count, and its gradient: compiled once, run on whole pictures and on tiles.</summary>
internal sealed class MaskedObjective : IDisposable
{
    private readonly CompiledGraph _compiled;
    private readonly Graph _forward;
    private readonly string _input, _gradient;
    private readonly List<string> _layers;
    private readonly bool _isDouble;

    public MaskedObjective(Graph network, IReadOnlyList<string> layers, bool isDouble = true)
    {
        _isDouble = isDouble;
        _layers = [.. layers.Select(network.Resolve)];
        _forward = network.Cut(_layers);
        var graph = _forward.Clone();
        ShapeInference.Infer(graph);
        _input = graph.Inputs[0].Name;
        var emitter = new Emitter(graph) { Prefix = "objective" };
        var seeds = new Dictionary<string, string>();
        Value? sum = null;
        for (var index = 0; index < _layers.Count; index++)
        {
            graph.Inputs.Add(new($"mask{index}", new(ElementType.Float, [1, 1, Dim.Symbol($"h{index}"), Dim.Symbol($"w{index}")])));
            graph.Refresh();
            var chosen = emitter[_layers[index]] * emitter[$"mask{index}"];
            seeds[_layers[index]] = (chosen * (index + 1.0)).Name;
            var value = emitter.Op("ReduceSum", [emitter[_layers[index]] * chosen], ("keepdims", 0)) * (0.5 * (index + 1));
            sum = sum is { } before ? before + value : value;
        }
        _gradient = Differentiator.Append(graph, seeds, [_input], RuleTable.Gradient)[_input];
        Value = sum!.Value.Name;
        var cut = graph.Cut([Value, _gradient], keepInputs: true);
        _compiled = CompiledGraph.Compile(isDouble ? Float64Lowering.Lower(cut) : cut, new() { Threads = 1 });
    }

    private string Value { get; }

    /// <summary>The objective and its gradient on a whole picture [1,C,H,W]; positions in the masks only, or all.</summary>
    public (double Value, double[] Gradient) Whole(Array64 x, Func<int, long[], double[]>? masks = null)
    {
        var shapes = ShapeInference.Resolve(_forward, new Dictionary<string, long[]> { [_input] = x.Shape });
        return Run(x.Data, x.Shape, (layer, _) =>
        {
            var shape = shapes[_layers[layer]][2..];
            return (masks?.Invoke(layer, shape) ?? [.. Enumerable.Repeat(1.0, (int)(shape[0] * shape[1]))], shape);
        });
    }

    /// <summary>The sums over the tiles of a plan; pixels beyond the picture are those of the opposite side.</summary>
    public (double Value, double[] Gradient) Tiled(Array64 x, TilePlan plan)
    {
        var (channels, height, width) = ((int)x.Shape[1], (int)x.Shape[2], (int)x.Shape[3]);
        var total = 0.0;
        var gradient = new double[x.Data.Length];
        foreach (var tile in plan.Tiles)
        {
            var crop = tile.Crop;
            var places = new int[channels * crop.Count];
            for (var index = 0; index < places.Length; index++)
            {
                var (c, row, column) = (index / (crop.Height * crop.Width), index / crop.Width % crop.Height, index % crop.Width);
                places[index] = (c * height + Wrapped(crop.Top + row, height)) * width + Wrapped(crop.Left + column, width);
            }
            var (value, part) = Run(Array.ConvertAll(places, place => x.Data[place]), [1, channels, crop.Height, crop.Width], (layer, _) =>
            {
                var mask = new double[tile.Layers[layer].Height * tile.Layers[layer].Width];
                tile.Layers[layer].WriteMask<double>(mask);
                return (mask, [tile.Layers[layer].Height, tile.Layers[layer].Width]);
            });
            total += value;
            for (var index = 0; index < places.Length; index++) gradient[places[index]] += part[index];
        }
        return (total, gradient);
    }

    public void Dispose() => _compiled.Dispose();

    private static int Wrapped(int position, int size) => ((position % size) + size) % size;

    private (double Value, double[] Gradient) Run(double[] data, long[] shape, Func<int, long[], (double[] Mask, long[] Shape)> masks)
    {
        var inputs = new Dictionary<string, RuntimeTensor> { [_input] = Of(data, shape) };
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            var (mask, size) = masks(layer, shape);
            inputs[$"mask{layer}"] = Of(mask, 1, 1, size[0], size[1]);
        }
        using var results = _compiled.Run(inputs);
        return (results[Value].ToDoubles()[0], results[_gradient].ToDoubles());
    }

    private RuntimeTensor Of(double[] data, params long[] shape) =>
        _isDouble ? RuntimeTensor.Of(data, shape) : RuntimeTensor.Of(Array.ConvertAll(data, value => (float)value), shape);
}
