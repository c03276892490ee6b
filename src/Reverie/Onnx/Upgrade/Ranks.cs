using Reverie.Onnx.Schema;

namespace Reverie.Onnx.Upgrade;

/// <summary>
/// Numbers of dimensions, followed through canonical nodes as they are written. Shape inference proper needs the canonical graph, but some rewrites
/// are much simpler where the rank is known (a Softmax over the last axis needs no flattening), and the rank is nearly always known.
/// </summary>
internal sealed class Ranks
{
    private static readonly HashSet<string> Keeping =
    [
        "Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "BatchNormalization",
        "InstanceNormalization", "LayerNormalization", "LRN", "LpNormalization", "MeanVarianceNormalization", "Softmax", "LogSoftmax", "Hardmax", "Relu", "LeakyRelu", "PRelu",
        "Elu", "Selu", "Celu", "ThresholdedRelu", "Sigmoid", "HardSigmoid", "HardSwish", "Mish", "Gelu", "Tanh", "Softplus", "Softsign", "Erf", "Exp", "Log", "Sqrt", "Abs", "Neg",
        "Sign", "Floor", "Ceil", "Round", "Reciprocal", "Identity", "Clip", "Cast", "Dropout", "Concat", "Split", "Slice", "Pad", "Transpose", "Tile", "Resize",
        "DepthToSpace", "SpaceToDepth", "QuantizeLinear", "DequantizeLinear", "CumSum", "Trilu", "Not", "ScatterElements", "ScatterND", "GridSample",
    ];

    private static readonly HashSet<string> Broadcasting =
        ["Add", "Sub", "Mul", "Div", "Pow", "Mod", "Max", "Min", "Sum", "Mean", "Where", "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "And", "Or", "Xor"];

    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    private readonly Graph _graph;

    public Ranks(Graph graph)
    {
        _graph = graph;
        foreach (var input in graph.Inputs)
            if (input.Type.Rank is { } rank) _known[input.Name] = rank;
    }

    public int? this[string tensor] =>
        _graph.Constants.TryGetValue(tensor, out var constant) ? constant.Rank : _known.TryGetValue(tensor, out var rank) ? rank : null;

    /// <summary>Notes the ranks of what a node writes.</summary>
    public void Note(Node node)
    {
        if (Infer(node) is not { } rank) return;
        foreach (var output in node.Outputs)
            if (output.Length > 0) _known[output] = rank;
    }

    private int? Infer(Node node)
    {
        if (Keeping.Contains(node.Op)) return this[node.Input(0)];
        if (Broadcasting.Contains(node.Op))
            return node.Inputs.TrueForAll(input => this[input] is not null) ? node.Inputs.Max(input => this[input]!.Value) : null;
        if (ReductionOperators.Reductions.Contains(node.Op) || node.Op is "ArgMax" or "ArgMin")
            return node.Int("keepdims", 1) != 0 ? this[node.Input(0)]
                : node.Op is "ArgMax" or "ArgMin" ? this[node.Input(0)] - 1
                : !node.HasInput(1) ? 0
                : this[node.Input(0)] - Length(node.Input(1));
        return node.Op switch
        {
            "Gemm" or "Flatten" => 2,
            "Shape" or "Range" => 1,
            "Size" => 0,
            "Reshape" or "ConstantOfShape" => Length(node.Input(node.Op == "Reshape" ? 1 : 0)),
            "Expand" => Length(node.Input(1)) is { } length && this[node.Input(0)] is { } rank ? Math.Max(length, rank) : null,
            "Squeeze" => this[node.Input(0)] - Length(node.Input(1)),
            "Unsqueeze" => this[node.Input(0)] + Length(node.Input(1)),
            "Gather" => this[node.Input(0)] + this[node.Input(1)] - 1,
            "MatMul" => this[node.Input(0)] is { } left and > 1 && this[node.Input(1)] is { } right and > 1 ? Math.Max(left, right) : null,
            _ => null,
        };
    }

    // The number of elements of a constant list.
    private int? Length(string tensor) => _graph.Constants.TryGetValue(tensor, out var list) ? (int)list.Count : null;
}
