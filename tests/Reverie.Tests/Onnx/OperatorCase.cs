using Reverie.Onnx;

namespace Reverie.Tests.Onnx;

/// <summary>One operator with random attributes on inputs of random shapes.</summary>
public sealed class OperatorCase
{
    private readonly string _op;
    private readonly List<string> _names = [];
    private readonly Dictionary<string, Reverie.Onnx.Attribute> _attributes = new(StringComparer.Ordinal);

    public OperatorCase(string op, Random random) => (_op, Random) = (op, random);

    public Random Random { get; }

    public Dictionary<string, Tensor> Inputs { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Tensor> Constants { get; } = new(StringComparer.Ordinal);

    public int OutputCount { get; set; } = 1;

    public long Opset { get; set; } = Model.CanonicalOpset;

    /// <summary>An input whose sizes are symbols in the graph.</summary>
    public OperatorCase Input(params long[] shape) => Input(OnnxRuntimeReference.Random(Random, shape));

    public OperatorCase Input(Tensor tensor)
    {
        _names.Add($"x{_names.Count}");
        Inputs[_names[^1]] = tensor;
        return this;
    }

    public OperatorCase Constant(Tensor tensor)
    {
        _names.Add($"c{_names.Count}");
        Constants[_names[^1]] = tensor;
        return this;
    }

    public OperatorCase Ints(params long[] values) => Constant(Tensor.Ints(values));

    public OperatorCase Omit()
    {
        _names.Add("");
        return this;
    }

    public OperatorCase With(string name, Reverie.Onnx.Attribute? value)
    {
        if (value is not null) _attributes[name] = value;
        return this;
    }

    /// <summary>Random sizes.</summary>
    public long[] Shape(int rank, int least = 1, int most = 7) => [.. Enumerable.Range(0, rank).Select(_ => (long)Random.Next(least, most + 1))];

    public long[] Numbers(int count, int least, int most) => Shape(count, least, most);

    public bool Coin() => Random.Next(2) == 0;

    public T Any<T>(params T[] choices) => choices[Random.Next(choices.Length)];

    /// <summary>The graph of this one node. Every size of every input is a symbol of its own, <c>x0.1</c> for axis 1 of the first.</summary>
    public Graph ToGraph()
    {
        var graph = new Graph();
        foreach (var (name, tensor) in Inputs)
            graph.Inputs.Add(new(name, new(tensor.Type, [.. Enumerable.Range(0, tensor.Rank).Select(axis => Dim.Symbol($"{name}.{axis}"))])));
        foreach (var (name, tensor) in Constants) graph.Constants[name] = tensor;
        var node = new Node(_op, _names, Enumerable.Range(0, OutputCount).Select(index => $"y{index}")) { Name = "node" };
        foreach (var (name, value) in _attributes) node.Attributes[name] = value;
        graph.Nodes.Add(node);
        foreach (var output in node.Outputs) graph.Outputs.Add(new(output, new(ElementType.Undefined, null)));
        return graph;
    }

    public override string ToString() =>
        $"{_op}({string.Join(", ", _names.Select(name => Inputs.TryGetValue(name, out var input) ? $"{input}" : Constants.TryGetValue(name, out var constant) ? Text(constant) : "-"))}) "
        + string.Join(" ", _attributes.Select(pair => $"{pair.Key}={Text(pair.Value)}"));

    private static string Text(Tensor constant) =>
        constant.Count > 12 ? $"{constant}" : constant.Type.IsFloating() ? $"{{{string.Join(",", constant.ToDoubles())}}}" : $"{{{string.Join(",", constant.ToInts())}}}";

    private static string Text(Reverie.Onnx.Attribute value) => value.Kind switch
    {
        AttributeKind.Int => $"{value.Int}",
        AttributeKind.Ints => $"[{string.Join(",", value.Ints)}]",
        AttributeKind.String => value.String,
        AttributeKind.Float => $"{value.Float}",
        _ => $"{value.Kind}",
    };
}
