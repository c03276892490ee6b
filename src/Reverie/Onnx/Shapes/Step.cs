namespace Reverie.Onnx.Shapes;

/// <summary>The inference of one node: what is known of its inputs, and where its rule puts what follows for its outputs.</summary>
internal sealed class Step
{
    private readonly Fact[] _inputs;
    private readonly Action<Node, Dim, Dim>? _assume;

    public Step(Node node, Fact[] inputs, Action<Node, Dim, Dim>? assume)
    {
        Node = node;
        _inputs = inputs;
        _assume = assume;
        Outputs = new Fact[node.Outputs.Count];
        Array.Fill(Outputs, Fact.Unknown);
    }

    public Node Node { get; }

    public Fact[] Outputs { get; }

    public int InputCount => _inputs.Length;

    /// <summary>What is known of an input; nothing where it is left out.</summary>
    public Fact Input(int index) => index < _inputs.Length ? _inputs[index] : Fact.Unknown;

    public Dim[]? Shape(int index) => Input(index).Shape;

    /// <summary>States an output; ignored where the node does not have it.</summary>
    public void Set(int index, Fact fact)
    {
        if (index < Outputs.Length) Outputs[index] = fact;
    }

    /// <summary>States the first output, with the element type of the first input.</summary>
    public void Set(Dim[]? shape) => Set(0, new Fact(Input(0).Element, shape));

    /// <summary>A dimension that depends on data.</summary>
    public Dim Fresh(int output, int axis) => Dim.Symbol($"{(output < Node.Outputs.Count ? Node.Outputs[output] : Node.Output)}[{axis}]");

    /// <summary>Dimensions that depend on data.</summary>
    public Dim[] Fresh(int output, int axis, int count) => [.. Enumerable.Range(axis, count).Select(index => Fresh(output, index))];

    /// <summary>An axis counted from the front.</summary>
    public int Axis(long axis, int rank)
    {
        if (axis < -rank || axis >= rank) throw Fail($"axis {axis} does not exist in a tensor of {rank} dimensions");
        return (int)(axis < 0 ? axis + rank : axis);
    }

    /// <summary>The axes that an optional input lists, counted from the front and sorted; null where they are not known.</summary>
    public int[]? Axes(int input, int rank)
    {
        if (Input(input).KnownValues is not { } axes) return null;
        var result = Array.ConvertAll(axes, axis => Axis(axis, rank));
        Array.Sort(result);
        for (var index = 1; index < result.Length; index++)
            if (result[index] == result[index - 1]) throw Fail($"axis {result[index]} is listed twice");
        return result;
    }

    /// <summary>Demands that an input has so many dimensions; true where its shape is known.</summary>
    public bool Rank(int input, int rank)
    {
        if (Shape(input) is not { } shape) return false;
        if (shape.Length != rank) throw Fail($"input {input} '{Node.Input(input)}' must have {rank} dimensions but is [{Text(shape)}]");
        return true;
    }

    /// <summary>Demands that two dimensions are equal; where that depends on sizes, it is taken for granted and reported to who asked.</summary>
    public void Equal(Dim left, Dim right, Func<string> problem)
    {
        if (left.Equals(right)) return;
        // the difference is never 0: the shapes contradict each other whatever the sizes are
        var difference = left - right;
        if (difference.IsKnown || difference.Least() > 0 || difference.Most() < 0) throw Fail(problem());
        Assume(left, right);
    }

    /// <summary>Demands that an input, where there is one, can be broadcast to a shape that stays as it is (ONNX's unidirectional broadcasting).</summary>
    public void BroadcastsTo(int input, Dim[]? target)
    {
        if (target is null || Shape(input) is not { } shape) return;
        var offset = target.Length - shape.Length;
        if (offset < 0) throw Fail(Problem());
        for (var axis = 0; axis < shape.Length; axis++)
            if (shape[axis].Value != 1) Equal(target[offset + axis], shape[axis], Problem);

        string Problem() => $"input {input} '{Node.Input(input)}' of shape [{Text(shape)}] cannot be broadcast to [{Text(target)}]";
    }

    /// <summary>Reports that something is taken for granted of two dimensions that depends on the sizes: that they are equal, or that one divides the other.</summary>
    public void Assume(Dim left, Dim right) => _assume?.Invoke(Node, left, right);

    /// <summary>The dimension of two that are broadcast against each other.</summary>
    public Dim Broadcast(Dim left, Dim right, Func<string> problem)
    {
        if (left.Equals(right) || right.Value == 1) return left;
        if (left.Value == 1) return right;
        if (left.IsKnown && right.IsKnown) throw Fail(problem());
        Assume(left, right);
        return left.IsKnown ? left : right.IsKnown ? right : Dim.Max(left, right);
    }

    /// <summary>The shape of several broadcast against each other; null where one is not known.</summary>
    public Dim[]? Broadcast(params ReadOnlySpan<Dim[]?> shapes)
    {
        Dim[] result = [];
        foreach (var shape in shapes)
        {
            if (shape is null) return null;
            var (longer, shorter) = shape.Length > result.Length ? (shape, result) : (result, shape);
            var next = (Dim[])longer.Clone();
            var offset = longer.Length - shorter.Length;
            var before = result;
            for (var axis = 0; axis < shorter.Length; axis++)
                next[offset + axis] = Broadcast(longer[offset + axis], shorter[axis], () => $"the shapes [{Text(before)}] and [{Text(shape)}] cannot be broadcast together");
            result = next;
        }
        return result;
    }

    public ReverieException Fail(string problem) => new($"{Node.Describe()}: {problem}");

    public static string Text(IEnumerable<Dim> shape) => string.Join(",", shape);
}
