using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Visualisation;

/// <summary>The buffers of pictures that the network sees in one run, and of the gradients that come back.</summary>
internal sealed class FeatureBatch
{
    private readonly Network _network;
    private readonly FeatureGraph _feature;
    private readonly float[] _input;
    private readonly float[] _gradient;
    private readonly Dictionary<string, RuntimeTensor> _inputs;
    private readonly Dictionary<string, RuntimeTensor> _outputs;

    public FeatureBatch(Network network, FeatureGraph feature, int items, int size)
    {
        (_network, _feature) = (network, feature);
        Views = [.. Enumerable.Range(0, items).Select(_ => new float[3 * size * size])];
        Gradients = [.. Enumerable.Range(0, items).Select(_ => new float[3 * size * size])];
        var shape = network.Preprocessing.Shape(items, size, size);
        _input = new float[items * network.Preprocessing.Channels * size * size];
        _gradient = new float[_input.Length];
        _inputs = new() { [network.Input] = RuntimeTensor.Of(_input, shape) };
        _outputs = new() { [FeatureGraph.Gradient] = RuntimeTensor.Of(_gradient, shape) };
    }

    /// <summary>What the network is to see of each picture, [3,S,S].</summary>
    public IReadOnlyList<float[]> Views { get; }

    /// <summary>The gradients that came back, [3,S,S].</summary>
    public IReadOnlyList<float[]> Gradients { get; }

    /// <summary>Says what each item is to excite.</summary>
    public void Weigh(FeatureItem[] items, int channels, float[] places, long[] grid, double apart)
    {
        var weights = new float[items.Length * channels];
        for (var index = 0; index < items.Length; index++) weights[index * channels + items[index].Channel] = 1;
        _inputs[FeatureGraph.Channels] = RuntimeTensor.Of(weights, items.Length, channels);
        if (grid.Length > 0) _inputs[FeatureGraph.Places] = RuntimeTensor.Of(places, grid);
        if (_feature.Graph.Inputs.Any(input => input.Name == FeatureGraph.Apart)) _inputs[FeatureGraph.Apart] = RuntimeTensor.Scalar((float)apart);
    }

    /// <summary>Computes all gradients.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Run(CompiledGraph graph, CancellationToken cancellation)
    {
        Compute(graph, cancellation);
        for (var index = 0; index < Views.Count; index++) PullBack(index);
    }

    /// <summary>Computes the gradients of those items whose gradient was zero, with another graph.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void RunSilent(CompiledGraph graph, CancellationToken cancellation)
    {
        var silent = Silent().ToList();
        Compute(graph, cancellation);
        foreach (var index in silent) PullBack(index);
    }

    /// <summary>The items whose gradient is zero everywhere.</summary>
    public IEnumerable<int> Silent() => Enumerable.Range(0, Gradients.Count).Where(index => !Gradients[index].AsSpan().ContainsAnyExcept(0f));

    /// <summary>Whether there are any.</summary>
    public bool AnySilent() => Silent().Any();

    private void Compute(CompiledGraph graph, CancellationToken cancellation)
    {
        var item = _input.Length / Views.Count;
        for (var index = 0; index < Views.Count; index++) _network.Preprocessing.ToInput(Views[index], _input.AsSpan(index * item, item));
        graph.Run(_inputs, _outputs, cancellation);
    }

    private void PullBack(int index)
    {
        var item = _gradient.Length / Views.Count;
        _network.Preprocessing.PullBack(_gradient.AsSpan(index * item, item), Gradients[index]);
    }
}
