using Reverie.Onnx;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Tests.Autodiff;

/// <summary>One operator with attributes, constant inputs and random numbers for the inputs to be differentiated.</summary>
internal sealed class OperatorCase(string op, Random random)
{
    private readonly List<(string Name, Array64 Value, bool Differentiate)> _inputs = [];

    private readonly HashSet<string> _computed = [];

    public Random Random { get; } = random;

    public Node Node { get; } = new(op, [], ["y"]);

    public Dictionary<string, Tensor> Constants { get; } = [];

    public IEnumerable<(string Name, Array64 Value)> Feeds => _inputs.Select(input => (input.Name, input.Value));

    public IEnumerable<string> Differentiated => _inputs.Where(input => input.Differentiate).Select(input => input.Name);

    /// <summary>An input of the graph with distinct values, kept away from kinks: a shuffled grid over [low, high] without the places named.</summary>
    public OperatorCase Input(long[] shape, double low = -2, double high = 2, bool differentiate = true, params double[] kinks)
    {
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        var values = new double[count];
        var step = (high - low) / (count + 1);
        for (var index = 0; index < count; index++)
        {
            values[index] = low + (index + 1) * step + (Random.NextDouble() - 0.5) * 0.4 * step;
            foreach (var kink in kinks)
                if (Math.Abs(values[index] - kink) < 1e-3) values[index] = kink + 1.5e-3;
        }
        Random.Shuffle(values);
        var name = $"x{_inputs.Count}";
        _inputs.Add((name, new(values, shape), differentiate));
        Node.Inputs.Add(name);
        return this;
    }

    /// <summary>An input of the graph with given values, to be differentiated.</summary>
    public OperatorCase Values(Array64 values)
    {
        var name = $"x{_inputs.Count}";
        _inputs.Add((name, values, true));
        Node.Inputs.Add(name);
        return this;
    }

    /// <summary>Turns a constant into an input that is differentiated, of known shape: a weight that the network computes.</summary>
    public void Free(string name, Tensor tensor)
    {
        Constants.Remove(name);
        _inputs.Add((name, new(tensor.ToDoubles(), tensor.Shape.ToArray()), true));
        _computed.Add(name);
    }

    /// <summary>A constant 64-bit integer vector input.</summary>
    public OperatorCase Ints(params long[] values) => Constant(Tensor.Ints(values));

    /// <summary>A constant input of random floats.</summary>
    public OperatorCase Weights(double low, double high, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var index = 0; index < values.Length; index++) values[index] = (float)(low + Random.NextDouble() * (high - low));
        return Constant(Tensor.Of<float>(values, shape));
    }

    public OperatorCase Constant(Tensor tensor)
    {
        var name = $"k{Constants.Count}";
        Constants[name] = tensor;
        Node.Inputs.Add(name);
        return this;
    }

    /// <summary>An optional input left out.</summary>
    public OperatorCase Skip()
    {
        Node.Inputs.Add("");
        return this;
    }

    public OperatorCase With(string name, Attribute value)
    {
        Node.Attributes[name] = value;
        return this;
    }

    public OperatorCase Outputs(params string[] names)
    {
        Node.Outputs.Clear();
        Node.Outputs.AddRange(names);
        return this;
    }

    /// <summary>The graph; its inputs have symbolic sizes where asked, as a network of free size has.</summary>
    public Graph ToGraph(bool symbolic)
    {
        var graph = new Graph();
        foreach (var (name, value, _) in _inputs)
            graph.Inputs.Add(new(name, new(ElementType.Float, [.. value.Shape.Select((size, axis) => symbolic && axis != 1 && !_computed.Contains(name) ? Dim.Symbol($"{name}.{axis}") : size)])));
        foreach (var (name, tensor) in Constants) graph.Constants[name] = tensor;
        graph.Nodes.Add(Node.Clone());
        graph.Outputs.Add(new("y", new(ElementType.Float, null)));
        return graph;
    }

    public int Next(int low, int high) => Random.Next(low, high + 1);

    public T Pick<T>(params T[] choices) => choices[Random.Next(choices.Length)];
}
