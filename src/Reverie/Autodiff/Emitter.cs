using Reverie.Onnx;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Autodiff;

/// <summary>Appends nodes to a graph and hands out their outputs as <see cref="Value"/>s, with which rules write formulas.</summary>
public sealed class Emitter
{
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Value> _shapes = new(StringComparer.Ordinal);
    private readonly SymbolicSizes _sizes;
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);

    /// <summary>Creates an emitter that appends to <paramref name="graph"/>'s nodes, or to another list where one is given.</summary>
    public Emitter(Graph graph, List<Node>? into = null)
    {
        Graph = graph;
        Nodes = into ?? graph.Nodes;
        _sizes = new(this);
    }

    /// <summary>The graph that names, constants and types belong to.</summary>
    public Graph Graph { get; }

    /// <summary>Where nodes are appended.</summary>
    public List<Node> Nodes { get; set; }

    /// <summary>How names of new tensors begin.</summary>
    public string Prefix { get; set; } = "grad";

    /// <summary>A tensor of the graph as a value.</summary>
    public Value this[string tensor] => new(this, tensor);

    /// <summary>Emits an operator with one output.</summary>
    public Value Op(string op, params ReadOnlySpan<Value> inputs) => Op(op, inputs, []);

    /// <summary>Emits an operator with attributes and one output.</summary>
    public Value Op(string op, ReadOnlySpan<Value> inputs, params ReadOnlySpan<(string Name, Attribute Value)> attributes) =>
        Ops(op, 1, inputs, attributes)[0];

    /// <summary>Emits an operator with several outputs.</summary>
    public Value[] Ops(string op, int outputs, ReadOnlySpan<Value> inputs, params ReadOnlySpan<(string Name, Attribute Value)> attributes)
    {
        var node = new Node(op, [], []);
        foreach (var input in inputs) node.Inputs.Add(input.Name ?? "");
        for (var index = 0; index < outputs; index++) node.Outputs.Add(Fresh(op));
        foreach (var (name, value) in attributes) node.Attributes[name] = value;
        node.Name = node.Outputs[0];
        Nodes.Add(node);
        var values = new Value[outputs];
        for (var index = 0; index < outputs; index++) values[index] = this[node.Outputs[index]];
        return values;
    }

    /// <summary>A fresh tensor name under the current prefix.</summary>
    public string Fresh(string what)
    {
        // counted here, since probing for a free number would take quadratic time over long chains
        var stem = $"{Prefix}/{what}";
        var count = _used[stem] = _used.GetValueOrDefault(stem) + 1;
        return Graph.Fresh(count == 1 ? stem : $"{stem}_{count}");
    }

    /// <summary>A 32-bit scalar constant; equal ones are shared.</summary>
    public Value Scalar(double value) => Shared(FormattableString.Invariant($"scalar {value:R}"), () => Tensor.Scalar(value));

    /// <summary>A one-dimensional constant of 64-bit integers; equal ones are shared.</summary>
    public Value Ints(params ReadOnlySpan<long> values)
    {
        var tensor = Tensor.Ints(values);
        return Shared($"ints {string.Join(' ', values.ToArray())}", () => tensor);
    }

    /// <summary>A 64-bit integer scalar constant.</summary>
    public Value Int(long value) => Shared($"int {value}", () => Tensor.Of([value]));

    /// <summary>A constant tensor.</summary>
    public Value Constant(string what, Tensor value) => this[Graph.AddConstant($"{Prefix}/{what}", value)];

    /// <summary>The constant behind a tensor, or null where it is computed.</summary>
    public Tensor? ConstantOf(string tensor) => Graph.Constants.GetValueOrDefault(tensor);

    /// <summary>
    /// The shape of a tensor as a one-dimensional value of 64-bit integers: a constant where it is known, computed from the sizes of the graph's inputs
    /// where it follows from them. Asking the tensor itself would keep it in memory until the backward pass.
    /// </summary>
    public Value ShapeOf(string tensor)
    {
        if (Graph.TypeOf(tensor)?.KnownShape is { } known) return Ints(known);
        if (!_shapes.TryGetValue(tensor, out var shape)) _shapes[tensor] = shape = _sizes.Of(DimsOf(tensor)) ?? Op("Shape", this[tensor]);
        return shape;
    }

    /// <summary>The number of elements of a tensor, as a value [1] of 64-bit integers.</summary>
    public Value CountOf(string tensor) =>
        Graph.TypeOf(tensor)?.KnownShape is { } known ? Ints(Tensor.CountOf(known)) : Op("ReduceProd", [ShapeOf(tensor)], ("keepdims", 1));

    /// <summary>The rank of a tensor.</summary>
    /// <exception cref="ReverieException">Shape inference could not find it.</exception>
    public int RankOf(string tensor) => Graph.TypeOf(tensor)?.Rank
        ?? throw new ReverieException($"the number of dimensions of the tensor '{tensor}' cannot be told from the model; export it with shapes, or run ONNX shape inference on it");

    /// <summary>The symbolic shape of a tensor, or null.</summary>
    public IReadOnlyList<Dim>? DimsOf(string tensor) => Graph.TypeOf(tensor)?.Shape;

    private Value Shared(string key, Func<Tensor> make)
    {
        if (!_constants.TryGetValue(key, out var name)) _constants[key] = name = Graph.AddConstant($"{Prefix}/const", make());
        return this[name];
    }
}
