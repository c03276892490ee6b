using Reverie.Onnx.Shapes;

namespace Reverie.Onnx.Rewrites;

/// <summary>
/// Follows the batch axis through a graph, and finds the first node at which the items of a batch would mix: only without one does a batch of two
/// give what two single runs give.
/// </summary>
internal sealed class BatchFlow
{
    // Each item for itself where axis 0 is the batch; only the first input may depend on the picture.
    private static readonly HashSet<string> PerItem =
    [
        "Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "BatchNormalization", "InstanceNormalization",
        "GroupNormalization", "LRN", "DepthToSpace", "SpaceToDepth", "Resize",
    ];

    private static readonly HashSet<string> Elementwise =
    [
        "Relu", "LeakyRelu", "Elu", "Selu", "Celu", "ThresholdedRelu", "Shrink", "Sigmoid", "HardSigmoid", "HardSwish", "Mish", "Tanh", "Softplus", "Softsign", "Erf", "Gelu",
        "Exp", "Log", "Sqrt", "Abs", "Neg", "Sign", "Reciprocal", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Floor", "Ceil", "Round",
        "Identity", "Dropout", "Clip", "Cast", "CastLike", "Not", "IsNaN", "IsInf", "PRelu", "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Max", "Min", "Sum", "Mean",
        "And", "Or", "Xor", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Where", "Expand",
    ];

    // Work along one axis; the attribute's default.
    private static readonly Dictionary<string, long> AlongAxis = new(StringComparer.Ordinal)
    {
        ["Softmax"] = -1,
        ["LogSoftmax"] = -1,
        ["Hardmax"] = -1,
        ["LpNormalization"] = -1,
        ["Concat"] = 0,
        ["Split"] = 0,
        ["ArgMax"] = 0,
        ["ArgMin"] = 0,
        ["TopK"] = -1,
        ["GatherElements"] = 0,
        ["ScatterElements"] = 0,
    };

    // Hold different things along an axis that depends on the batch, though they do not read the picture.
    private static readonly HashSet<string> Positional = ["Range", "EyeLike", "CumSum", "NonZero", "OneHot", "RandomNormalLike", "RandomUniformLike", "Bernoulli"];

    // The axis that holds the items, one after the other: the batch itself, or the batch times parts of an item (windows of a picture).
    private readonly Dictionary<string, int> _axes = new(StringComparer.Ordinal);
    // Who wrote the tensors in which the batch is not axis 0, or not the whole of it.
    private readonly Dictionary<string, Node> _moved = new(StringComparer.Ordinal);
    private readonly Dim _batch;
    private readonly IReadOnlySet<string> _batchSymbols;

    /// <summary>Starts with the picture, whose axis 0 has the size <paramref name="batch"/>.</summary>
    public BatchFlow(string input, Dim batch)
    {
        _batch = batch;
        _batchSymbols = batch.Symbols;
        _axes[input] = 0;
    }

    /// <summary>Why items mix, naming the node; null as long as they do not.</summary>
    public string? Problem { get; private set; }

    /// <summary>Why an output of the graph cannot be told apart by items, or null.</summary>
    public string? ProblemAt(string output) =>
        !_axes.ContainsKey(output) ? $"the output '{output}' does not depend on the picture"
        : _moved.TryGetValue(output, out var node) ? $"{node.Describe()} does not leave the items of a batch along axis 0 of the output '{output}', or leaves several parts of each" : null;

    /// <summary>Follows one node whose shapes have been inferred.</summary>
    public void Visit(Node node, Inference inference)
    {
        if (Problem is not null || node.Op is "Shape" or "Size") return;
        var depends = node.Inputs.Exists(_axes.ContainsKey);
        if (!depends)
        {
            if (Positional.Contains(node.Op) && node.Outputs.Exists(output => Mentions(inference[output].Shape)))
                Problem = $"{node.Describe()} tells the items of a batch apart";
            return;
        }
        var axis = OutputAxis(node, inference);
        foreach (var output in node.Outputs)
        {
            if (output.Length == 0 || Problem is not null) continue;
            var shape = inference[output].Shape;
            if (axis is { } at && shape is not null && at >= 0 && at < shape.Length && HoldsItems(shape[at]) && shape.Count(Mentions) == 1)
            {
                _axes[output] = at;
                if (at != 0 || !shape[at].Equals(_batch)) _moved[output] = node;
            }
            else Problem = $"{node.Describe()} mixes the items of a batch, or Reverie cannot tell that it does not";
        }
    }

    private bool HoldsItems(Dim dim) => dim.Equals(_batch) || (dim.DivideExactly(_batch) is { } parts && !Mentions(parts));

    private bool Mentions(Dim dim) => !dim.IsKnown && dim.Symbols.Overlaps(_batchSymbols);

    private bool Mentions(Dim[]? shape) => shape is null || Array.Exists(shape, Mentions);

    // The axis of the outputs that holds the batch, or null where items mix.
    private int? OutputAxis(Node node, Inference inference)
    {
        if (inference[node.Outputs.First(output => output.Length > 0)].Shape is not { } output) return null;
        if (Elementwise.Contains(node.Op)) return Aligned(node, inference, output.Length, 1);
        var first = inference[node.Input(0)].Shape;
        // from here on the picture comes in through the first input only, unless an operator says otherwise
        var at = _axes.TryGetValue(node.Input(0), out var own) ? own : -1;
        var others = node.Inputs.Skip(1).Any(_axes.ContainsKey);
        if (first is null) return null;
        if (AlongAxis.TryGetValue(node.Op, out var fallback))
        {
            var axis = Axis(node.Int("axis", fallback), first.Length);
            if (node.Inputs.Exists(input => _axes.TryGetValue(input, out var place) && place == axis)) return null;
            var same = Aligned(node, inference, first.Length, 1);
            return node.Op is "ArgMax" or "ArgMin" && node.Int("keepdims", 1) == 0 && same > axis ? same - 1 : same;
        }
        if (node.Op == "MatMul") return MatMul(node, inference, output.Length);
        if (node.Op == "Einsum") return Einsum(node);
        if (node.Op == "GridSample") return at == 0 && (!others || _axes[node.Input(1)] == 0) ? 0 : null;
        if (others || at < 0) return null;
        if (PerItem.Contains(node.Op)) return at == 0 ? 0 : null;
        return node.Op switch
        {
            "LayerNormalization" => at < Axis(node.Int("axis", -1), first.Length) ? at : null,
            "MeanVarianceNormalization" => (node.Ints("axes") ?? [0, 2, 3]).Any(axis => Axis(axis, first.Length) == at) ? null : at,
            "Transpose" => node.Ints("perm") is { } order ? Array.IndexOf(order, at) : first.Length - 1 - at,
            "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" => Reshaped(first, at, output),
            "Slice" => Untouched(inference[node.Input(3)].KnownValues, node.HasInput(3), first.Length, at),
            "Pad" => Padded(node, inference, first.Length, at),
            "Tile" => inference[node.Input(1)].KnownValues is { } repeats && repeats[at] == 1 ? at : null,
            "Gather" => Axis(node.Int("axis", 0), first.Length) is var axis && axis == at ? null
                : at < axis ? at : at + (inference[node.Input(1)].Shape?.Length ?? 0) - 1,
            "Gemm" => at == (node.Int("transA", 0) != 0 ? 1 : 0) ? 0 : null,
            _ when node.Op.StartsWith("Reduce", StringComparison.Ordinal) => Reduced(node, inference, first.Length, at),
            _ => null,
        };
    }

    private static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    // All inputs that depend on the picture have the batch at the same place, counted from the last axis; the others repeat along it.
    private int? Aligned(Node node, Inference inference, int rank, int leastFromEnd)
    {
        int? fromEnd = null;
        foreach (var input in node.Inputs)
            if (_axes.TryGetValue(input, out var axis))
            {
                if (inference[input].Shape is not { } shape) return null;
                var place = shape.Length - axis;
                if (place < leastFromEnd || fromEnd is { } known && known != place) return null;
                fromEnd = place;
            }
        return rank - fromEnd;
    }

    private int? MatMul(Node node, Inference inference, int rank)
    {
        // rows of the left operand may be items where the right one is the same for all; else the batch is among the axes before the matrices
        if (_axes.ContainsKey(node.Input(1)) || inference[node.Input(0)].Shape is not { Length: > 1 }) return Aligned(node, inference, rank, 3);
        return inference[node.Input(1)].Shape is { Length: > 1 } ? Aligned(node, inference, rank, 2)
            : Aligned(node, inference, rank + 1, 2);
    }

    private int? Einsum(Node node)
    {
        var equation = node.String("equation", "").Replace(" ", "", StringComparison.Ordinal);
        var arrow = equation.IndexOf("->", StringComparison.Ordinal);
        if (arrow < 0 || equation.Contains('.', StringComparison.Ordinal)) return null;
        var terms = equation[..arrow].Split(',');
        char? letter = null;
        for (var index = 0; index < terms.Length; index++)
            if (_axes.TryGetValue(node.Input(index), out var axis))
            {
                if (letter is { } known && known != terms[index][axis]) return null;
                letter = terms[index][axis];
            }
        return equation[(arrow + 2)..].IndexOf(letter!.Value, StringComparison.Ordinal);
    }

    // In C order items stay whole, perhaps taken apart, where the sizes before the batch have the same product as before.
    private int? Reshaped(Dim[] input, int at, Dim[] output)
    {
        var before = ShapeArithmetic.Size(input[..at])![0];
        Dim product = 1;
        for (var axis = 0; axis < output.Length; axis++)
        {
            if (HoldsItems(output[axis]) && product.Equals(before)) return axis;
            product *= output[axis];
        }
        return null;
    }

    private static int? Untouched(long[]? axes, bool stated, int rank, int at) =>
        stated && axes is not null && !Array.Exists(axes, axis => Axis(axis, rank) == at) ? at : null;

    private static int? Padded(Node node, Inference inference, int rank, int at)
    {
        if (inference[node.Input(1)].KnownValues is not { } pads) return null;
        var axes = node.HasInput(3) ? inference[node.Input(3)].KnownValues : [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        if (axes is null) return null;
        for (var index = 0; index < axes.Length; index++)
            if (Axis(axes[index], rank) == at && (pads[index] != 0 || pads[index + axes.Length] != 0)) return null;
        return at;
    }

    private static int? Reduced(Node node, Inference inference, int rank, int at)
    {
        var axes = node.HasInput(1) ? inference[node.Input(1)].KnownValues : [];
        if (axes is null) return null;
        if (axes.Length == 0) return node.Int("noop_with_empty_axes", 0) != 0 ? at : null;
        var reduced = Array.ConvertAll(axes, axis => Axis(axis, rank));
        if (reduced.Contains(at)) return null;
        return node.Int("keepdims", 1) != 0 ? at : at - reduced.Count(axis => axis < at);
    }
}
