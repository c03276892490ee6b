using Reverie.Dream.Objectives;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Dream.Gradients;

/// <summary>The plain source: one run of the compiled graph over the whole picture. The buffers of the last size are kept.</summary>
internal sealed class CompiledGradient : IGradientSource
{
    private readonly Network _network;
    private readonly ObjectiveGraph _objective;
    private readonly CompiledGraph _graph;
    private Buffers? _buffers;

    /// <summary>Compiles.</summary>
    public CompiledGradient(Network network, ObjectiveGraph objective, RuntimeOptions? options)
    {
        (_network, _objective) = (network, objective);
        _graph = CompiledGraph.Compile(objective.Graph, options);
    }

    /// <inheritdoc/>
    public bool Fits(OctaveSize size)
    {
        try
        {
            var shapes = ShapeInference.Resolve(_objective.Layers, new Dictionary<string, long[]> { [_network.Input] = _network.Preprocessing.Shape(1, size.Height, size.Width) });
            return _objective.Layers.Outputs.All(layer => !shapes.TryGetValue(layer.Name, out var shape) || !shape.Contains(0));
        }
        catch (ReverieException)
        {
            // shape inference refuses a window that does not fit: deep layers have no place left in small pictures
            return false;
        }
    }

    /// <inheritdoc/>
    public double Value(float[] picture, OctaveSize size, CancellationToken cancellation)
    {
        var input = new float[_network.Preprocessing.Channels * size.Pixels];
        _network.Preprocessing.ToInput(picture, input);
        using var tensor = RuntimeTensor.Of(input, _network.Preprocessing.Shape(1, size.Height, size.Width));
        var inputs = new Dictionary<string, RuntimeTensor> { [_network.Input] = tensor };
        foreach (var where in WhereMap.All(_objective, _network, size))
        {
            where.Draw(size, default);
            inputs[where.Input] = where.Tensor;
        }
        using var results = _graph.Run(inputs, [ObjectiveGraph.Value], cancellation);
        return results[ObjectiveGraph.Value].ToDoubles()[0];
    }

    /// <inheritdoc/>
    public double Gradient(float[] picture, OctaveSize size, Shift shift, float[] gradient, CancellationToken cancellation)
    {
        if (_buffers?.Size != size) _buffers = new(this, size);
        var buffers = _buffers;
        Roll.Shift(picture, 3, size.Height, size.Width, shift.Down, shift.Right, buffers.Planes);
        _network.Preprocessing.ToInput(buffers.Planes, buffers.Input);
        foreach (var where in buffers.Wheres) where.Draw(size, shift);
        _graph.Run(buffers.Inputs, buffers.Outputs, cancellation);
        _network.Preprocessing.PullBack(buffers.InputGradient, buffers.Planes);
        Roll.Shift(buffers.Planes, 3, size.Height, size.Width, -shift.Down, -shift.Right, gradient);
        return buffers.Value[0];
    }

    /// <inheritdoc/>
    public void Dispose() => _graph.Dispose();

    /// <summary>What a run at one size reads and writes.</summary>
    private sealed class Buffers
    {
        public Buffers(CompiledGradient source, OctaveSize size)
        {
            var preprocessing = source._network.Preprocessing;
            Size = size;
            Planes = new float[3 * size.Pixels];
            Input = new float[preprocessing.Channels * size.Pixels];
            InputGradient = new float[Input.Length];
            var shape = preprocessing.Shape(1, size.Height, size.Width);
            Inputs = new() { [source._network.Input] = RuntimeTensor.Of(Input, shape) };
            Wheres = WhereMap.All(source._objective, source._network, size);
            foreach (var where in Wheres) Inputs[where.Input] = where.Tensor;
            Outputs = new() { [ObjectiveGraph.Value] = RuntimeTensor.Of(Value), [source._objective.Gradient] = RuntimeTensor.Of(InputGradient, shape) };
        }

        public OctaveSize Size { get; }

        public float[] Planes { get; }

        public float[] Input { get; }

        public float[] InputGradient { get; }

        public float[] Value { get; } = new float[1];

        public List<WhereMap> Wheres { get; }

        public Dictionary<string, RuntimeTensor> Inputs { get; }

        public Dictionary<string, RuntimeTensor> Outputs { get; }
    }
}
