using Reverie.Dream.Objectives;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Gradients;

/// <summary>
/// An objective without its gradient. ONNX Runtime computes a whole graph, whichever outputs are asked for; where values are wanted often, as after every frame of a video, a graph that
/// ends at them takes a third of the time.
/// </summary>
internal sealed class CompiledValue : IDisposable
{
    private readonly Network _network;
    private readonly ObjectiveGraph _objective;
    private readonly CompiledGraph _graph;

    /// <summary>Compiles.</summary>
    public CompiledValue(Network network, ObjectiveGraph objective, RuntimeOptions? options)
    {
        (_network, _objective) = (network, objective);
        _graph = CompiledGraph.Compile(objective.Graph.Cut([ObjectiveGraph.Value], keepInputs: true), options);
    }

    /// <summary>The objective of a picture [3,H,W].</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public double Of(float[] picture, OctaveSize size, CancellationToken cancellation)
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
    public void Dispose() => _graph.Dispose();
}
