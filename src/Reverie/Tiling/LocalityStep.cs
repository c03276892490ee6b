using Reverie.Onnx;

namespace Reverie.Tiling;

/// <summary>What the locality rule of an operator is given: a node of which at least one input depends on the picture.</summary>
internal sealed class LocalityStep(Node node, Graph graph, IReadOnlyDictionary<string, LocalTensor> tensors, IReadOnlySet<string> dependent, Action<LocalEdge, LocalTensor> give)
{
    public Node Node => node;

    /// <summary>Whether an input depends on the picture.</summary>
    public bool Depends(int input) => dependent.Contains(node.Input(input));

    /// <summary>The places of an input that depends on the picture.</summary>
    public LocalTensor Tensor(int input) =>
        tensors.TryGetValue(node.Input(input), out var tensor) ? tensor : throw Refuse($"its input '{node.Input(input)}' cannot be matched with places of the picture");

    /// <summary>The dimensions of a tensor.</summary>
    public IReadOnlyList<Dim> Dims(string tensor) => graph.TypeOf(tensor)?.Shape ?? throw Refuse($"the shape of '{tensor}' is not known");

    /// <summary>The number of dimensions of an input.</summary>
    public int Rank(int input) => Dims(node.Input(input)).Count;

    /// <summary>A constant input, or null.</summary>
    public Tensor? Constant(int input) => graph.Constants.GetValueOrDefault(node.Input(input));

    /// <summary>An axis counted from 0.</summary>
    public int Axis(long axis, int input = 0) => (int)(axis < 0 ? axis + Rank(input) : axis);

    /// <summary>Refuses an axis that runs over the picture.</summary>
    public void NotSpatial(int axis)
    {
        var tensor = Tensor(0);
        if (axis == tensor.AxisY || axis == tensor.AxisX) throw Refuse("it works along an axis of the picture");
    }

    /// <summary>Says how an output depends on an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="y">What is read down the picture.</param>
    /// <param name="x">What is read across the picture.</param>
    /// <param name="axes">The output's axes down and across; the input's where null.</param>
    /// <param name="output">Which output.</param>
    public void Give(int input, Footprint y, Footprint x, (int Y, int X)? axes = null, int output = 0)
    {
        var from = Tensor(input);
        var to = new LocalTensor(axes?.Y ?? from.AxisY, axes?.X ?? from.AxisX, from.StepY * y.Step, from.StepX * x.Step);
        give(new(node.Input(input), node.Outputs[output], y, x), to);
    }

    /// <summary>Every position of every output reads the same position of the first input.</summary>
    public void GivePoints((int Y, int X)? axes = null)
    {
        for (var output = 0; output < node.Outputs.Count; output++)
            if (node.Outputs[output].Length > 0) Give(0, Footprint.Point, Footprint.Point, axes, output);
    }

    public ReverieException Refuse(string reason) => new($"{node.Describe()} cannot work in tiles: {reason}");
}
