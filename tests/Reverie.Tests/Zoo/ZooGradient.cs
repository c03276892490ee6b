using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Tests.Autodiff;

namespace Reverie.Tests.Zoo;

/// <summary>Logits, middle layer and the gradient of either in one compiled graph: what is not asked for has a cotangent of zeros.</summary>
internal sealed class ZooGradient : IDisposable
{
    private static readonly string[] Tensors = ["logits", "features"];

    private readonly Graph _graph;
    private readonly CompiledGraph _compiled;
    private readonly string _input;
    private readonly string _gradient;
    private readonly string[] _names;
    private readonly bool _isDouble;
    private Array64[]? _last;
    private Array64? _lastInput;

    public ZooGradient(Graph graph, Func<Graph, Graph> lower)
    {
        _names = Array.ConvertAll(Tensors, graph.Resolve);
        var work = graph.Cut(_names);
        ShapeInference.Infer(work);
        _input = work.Inputs[0].Name;
        for (var index = 0; index < Tensors.Length; index++) work.Inputs.Add(new(Cotangent(Tensors[index]), work.TypeOf(_names[index])!));
        var seeds = Enumerable.Range(0, Tensors.Length).ToDictionary(index => _names[index], index => Cotangent(Tensors[index]));
        _gradient = Differentiator.Append(work, seeds, [_input], RuleTable.Gradient)[_input];
        _graph = lower(work.Cut([.. _names, _gradient], keepInputs: true));
        _compiled = CompiledGraph.Compile(_graph);
        _isDouble = _compiled.Inputs[0].Type.Element == ElementType.Double;
    }

    /// <summary>The place of the largest logit.</summary>
    public int Top(Array64 x) => Values(x)[0].Data is var logits ? Array.IndexOf(logits, logits.Max()) : 0;

    /// <summary>A logit and its gradient (the same logit of every item), or half the squared norm of the middle layer and its gradient.</summary>
    public (double Value, Array64 Gradient) Run(Array64 x, string tensor, int index)
    {
        var values = Values(x);
        var cotangents = Array.ConvertAll(values, value => new Array64(new double[value.Data.Length], value.Shape));
        double value;
        if (tensor == "logits")
        {
            var classes = values[0].Data.Length / (int)x.Shape[0];
            for (var item = 0; item < x.Shape[0]; item++) cotangents[0].Data[item * classes + index] = 1;
            value = values[0].Data[index];
        }
        else
        {
            cotangents[1] = values[1];
            value = 0.5 * values[1].Data.Sum(each => each * each);
        }
        return (value, Results(x, cotangents)[^1]);
    }

    public void Dispose() => _compiled.Dispose();

    private static string Cotangent(string tensor) => $"cotangent of {tensor}";

    // Shapes of outputs are known once the graph has run; a first run with the shapes that inference found gives them.
    private Array64[] Values(Array64 x)
    {
        if (ReferenceEquals(_lastInput, x)) return _last!;
        var shapes = ShapeInference.Resolve(_graph, new Dictionary<string, long[]> { [_input] = x.Shape });
        var zeros = _names.Select(name => shapes[name]).Select(shape => new Array64(new double[Tensor.CountOf(shape)], shape)).ToArray();
        (_lastInput, _last) = (x, Results(x, zeros)[..2]);
        return _last;
    }

    private Array64[] Results(Array64 x, Array64[] cotangents)
    {
        var inputs = new Dictionary<string, RuntimeTensor> { [_input] = Of(x) };
        for (var index = 0; index < Tensors.Length; index++) inputs[Cotangent(Tensors[index])] = Of(cotangents[index]);
        using var results = _compiled.Run(inputs);
        return [.. ((string[])[.. _names, _gradient]).Select(name => new Array64(results[name].ToDoubles(), results[name].Shape.ToArray()))];
    }

    private RuntimeTensor Of(Array64 value) =>
        _isDouble ? RuntimeTensor.Of(value.Data, value.Shape) : RuntimeTensor.Of(Array.ConvertAll(value.Data, each => (float)each), value.Shape);
}
