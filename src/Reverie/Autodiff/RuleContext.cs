using Reverie.Onnx;

namespace Reverie.Autodiff;

/// <summary>What a rule sees of the node whose backward pass it writes.</summary>
public sealed class RuleContext
{
    private readonly Func<string, bool> _depends;
    private readonly Func<string, Value?> _cotangent;
    private readonly Action<string, Value> _give;
    private Action<List<Node>>? _replaced;

    internal RuleContext(Node node, Emitter emitter, Func<string, bool> depends, Func<string, Value?> cotangent, Action<string, Value> give)
    {
        (Node, Emitter) = (node, emitter);
        (_depends, _cotangent, _give) = (depends, cotangent, give);
    }

    /// <summary>The node of the forward pass.</summary>
    public Node Node { get; }

    /// <summary>Where the backward pass is written.</summary>
    public Emitter Emitter { get; }

    /// <summary>The first input.</summary>
    public Value X => In(0);

    /// <summary>The first output.</summary>
    public Value Y => Emitter[Node.Output];

    /// <summary>The cotangent of the first output.</summary>
    public Value Dy => Cotangent(0) ?? throw Refusal("only its first output can carry a gradient");

    /// <summary>
    /// Nodes that take the forward node's place, where the backward pass can share work with another way of computing the same outputs;
    /// null leaves it as it is.
    /// </summary>
    public List<Node>? Replacement { get; private set; }

    /// <summary>An input of the forward node.</summary>
    public Value In(int index) => Node.HasInput(index) ? Emitter[Node.Inputs[index]] : Value.None;

    /// <summary>The cotangent of an output, or null where nothing depends on it.</summary>
    public Value? Cotangent(int index) => index < Node.Outputs.Count && Node.Outputs[index].Length > 0 ? _cotangent(Node.Outputs[index]) : null;

    /// <summary>Whether the cotangent of an input is wanted.</summary>
    public bool Wants(int index) => Node.HasInput(index) && _depends(Node.Inputs[index]);

    /// <summary>Adds to the cotangent of an input; ignored where it is not wanted.</summary>
    public void Give(int index, Value cotangent)
    {
        if (Wants(index)) _give(Node.Inputs[index], cotangent);
    }

    /// <summary>Adds a value of the output's shape to the cotangent of an input that was broadcast to it.</summary>
    public void GiveBroadcast(int index, Func<Value> cotangent)
    {
        if (Wants(index)) _give(Node.Inputs[index], Broadcasting.SumTo(Emitter, cotangent(), Node.Output, Node.Inputs[index]));
    }

    /// <summary>The constant behind an input, or null where it is computed or left out.</summary>
    public Tensor? ConstantOf(int index) => Node.HasInput(index) ? Emitter.ConstantOf(Node.Inputs[index]) : null;

    /// <summary>The rank of an input.</summary>
    public int Rank(int index = 0) => Emitter.RankOf(Node.Inputs[index]);

    /// <summary>The shape of an input as a vector of integers in the graph.</summary>
    public Value Shape(int index = 0) => Emitter.ShapeOf(Node.Inputs[index]);

    /// <summary>The symbolic shape of an input, or null.</summary>
    public IReadOnlyList<Dim>? Dims(int index = 0) => Emitter.DimsOf(Node.Inputs[index]);

    /// <summary>Rewrites the forward node: what <paramref name="write"/> emits takes its place and must write the same outputs.</summary>
    public void Replace(Action write)
    {
        var outer = Emitter.Nodes;
        Emitter.Nodes = Replacement = [];
        _replaced?.Invoke(Replacement);
        write();
        Emitter.Nodes = outer;
    }

    /// <summary>The same node seen by another rule: with another cotangent of its first output, and what it gives going elsewhere.</summary>
    internal RuleContext With(Action<string, Value> give, Value cotangent)
    {
        var outer = this;
        return new(Node, Emitter, _depends, tensor => tensor == Node.Output ? cotangent : _cotangent(tensor), give) { _replaced = nodes => outer.Replacement = nodes };
    }

    /// <summary>The rule's view of another node of the same kind, all of whose inputs are wanted.</summary>
    internal RuleContext On(Node node) => new(node, Emitter, _ => true, _cotangent, _give);

    /// <summary>Refuses inputs whose cotangent no rule gives, such as the bounds of a Clip computed from the image.</summary>
    public void OnlyInput(int index)
    {
        for (var other = 0; other < Node.Inputs.Count; other++)
            if (other != index && Wants(other)) throw Refusal($"no rule gives the gradient of its input {other} ('{Node.Inputs[other]}')");
    }

    /// <summary>The error of a node that cannot be differentiated.</summary>
    public ReverieException Refusal(string why) => new($"{Node.Describe()} cannot be differentiated: {why}; see docs/operators.md");
}
