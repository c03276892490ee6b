using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Explain;

/// <summary>
/// The rules of DeepLIFT for a doubled graph. Linear operators have the rules of the gradient; what follows is for those that are not. An operator without a rule is refused,
/// never passed over.
/// </summary>
internal sealed class DeepLiftRules
{
    // Linear in all inputs that the picture reaches, or only moving elements.
    private static readonly string[] Linear =
    [
        "Conv", "ConvTranspose", "Gemm", "BatchNormalization", "AveragePool", "GlobalAveragePool", "Add", "Sub", "Sum", "Mean", "Neg", "Identity", "Dropout", "Cast", "Reshape", "Flatten",
        "Squeeze", "Unsqueeze", "Transpose", "Concat", "Split", "Expand", "Tile", "DepthToSpace", "SpaceToDepth", "Slice", "Gather", "GatherElements", "GatherND", "Pad", "Resize",
        "ReduceSum", "ReduceMean",
    ];

    private static readonly string[] Elementwise =
    [
        "Relu", "LeakyRelu", "PRelu", "ThresholdedRelu", "Elu", "Celu", "Selu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Softsign", "Mish", "Erf", "Gelu",
        "Exp", "Log", "Sqrt", "Abs", "Reciprocal", "Sin", "Cos", "Pow",
    ];

    private readonly ReferenceGraph _graph;
    private readonly DeepLiftRule _rule;
    private readonly double _near;
    private readonly DeepLiftStreams _streams;

    public DeepLiftRules(ReferenceGraph graph, DeepLiftRule rule, Precision precision)
    {
        (_graph, _rule) = (graph, rule);
        // below this a difference is rounding error, and the derivative is better
        _near = precision == Precision.Float64 ? 1e-10 : 1e-6;
        _streams = new(this, graph.Graph);
    }

    public RuleTable Table()
    {
        var rules = new List<(string, BackwardRule)>();
        foreach (var op in RuleTable.Gradient.Operators) rules.Add((op, c => throw c.Refusal("DeepLIFT has no rule for it")));
        foreach (var op in Linear) rules.Add((op, RuleTable.Gradient[op]!));
        foreach (var op in Elementwise) rules.Add((op, Rescale));
        if (_rule != DeepLiftRule.Rescale)
        {
            foreach (var op in Elementwise) rules.Add((op, c => _streams.RevealCancel(c, _rule == DeepLiftRule.RevealCancelDense)));
            foreach (var op in (string[])["Conv", "ConvTranspose", "Gemm", "MatMul", "Add", "Sub"]) rules.Add((op, _streams.Linear));
        }
        else rules.Add(("MatMul", MatMul));
        rules.Add(("Mul", Product));
        rules.Add(("Div", Quotient));
        rules.Add(("Where", Where));
        rules.Add(("Softmax", Softmax));
        rules.Add(("LogSoftmax", LogSoftmax));
        var pools = new DeepLiftExtrema(this);
        rules.Add(("MaxPool", pools.MaxPool));
        rules.Add(("GlobalMaxPool", pools.GlobalMaxPool));
        foreach (var op in (string[])["Max", "Min", "ReduceMax", "ReduceMin"]) rules.Add((op, pools.Shared));
        return RuleTable.Gradient.With("DeepLIFT", [.. rules]);
    }

    /// <summary>What a tensor of the node is compared with.</summary>
    public Value Reference(RuleContext c, Value value) => c.Emitter[_graph[value.Name]];

    /// <summary>Whether a tensor depends on the input.</summary>
    public bool Changes(string tensor) => _graph.Changes(tensor);

    /// <summary>Where a difference is too small to divide by.</summary>
    public Value IsNear(Value difference, Value scale) => difference.Apply("Abs") < difference.Emitter.Op("Max", scale.Apply("Abs") * _near, difference.Emitter.Scalar(_near));

    /// <summary>The rule of a node that nothing above changes: y = s(z) has the slope (y - y0) / (z - z0), or s'(z) where z and z0 are nearly equal.</summary>
    public void Rescale(RuleContext c)
    {
        if (c.Node.Op is "Pow" or "PRelu" && c.Node.Inputs.Skip(1).Any(Changes)) throw c.Refusal("DeepLIFT has no rule for an exponent or slope that depends on the picture");
        if (!c.Wants(0)) return;
        c.Give(0, c.Dy * Slope(c));
    }

    /// <summary>The slope of <see cref="Rescale"/>.</summary>
    public Value Slope(RuleContext c)
    {
        var (z, y) = (c.X, c.Y);
        var change = z - Reference(c, z);
        var near = IsNear(change, z);
        var derivative = c.Through(RuleTable.Gradient[c.Node.Op]!, Ones(c, c.Node.Output));
        return near.Choose(derivative, (y - Reference(c, y)) / near.Choose(1, change));
    }

    /// <summary>Ones of a tensor's shape.</summary>
    public static Value Ones(RuleContext c, string tensor) => c.Emitter.Op("ConstantOfShape", [c.Emitter.ShapeOf(tensor)], ("value", Tensor.Of([1f], 1)));

    // z = a b: what each factor does, averaged over both orders: exact.
    private void Product(RuleContext c)
    {
        c.GiveBroadcast(0, () => c.Dy * Mean(c, 1));
        c.GiveBroadcast(1, () => c.Dy * Mean(c, 0));
    }

    // a / b is the product of a and 1/b, whose slope is -1 / (b b0)
    private void Quotient(RuleContext c)
    {
        var b = c.In(1);
        c.GiveBroadcast(0, () => Changes(b.Name) ? c.Dy * ((1 / b + 1 / Reference(c, b)) * 0.5) : c.Dy / b);
        c.GiveBroadcast(1, () => -(c.Dy * Mean(c, 0) / (b * Reference(c, b))));
    }

    private Value Mean(RuleContext c, int index) => c.In(index) is var value && Changes(value.Name) ? (value + Reference(c, value)) * 0.5 : value;

    /// <summary>A product of two computed matrices: bilinear, as <c>Mul</c>.</summary>
    public void MatMul(RuleContext c)
    {
        if (c.Wants(0)) c.Give(0, Autodiff.Rules.MatrixRules.MatMulAdjoint(c, 0, c.Dy, Mean(c, 1)));
        if (c.Wants(1)) c.Give(1, Autodiff.Rules.MatrixRules.MatMulAdjoint(c, 1, c.Dy, Mean(c, 0)));
    }

    private void Where(RuleContext c)
    {
        if (Changes(c.Node.Inputs[0])) throw c.Refusal("DeepLIFT has no rule for a choice that depends on the picture");
        RuleTable.Gradient["Where"]!(c);
    }

    // y = e / s with e = exp(x - m), s = sum e: the exponential, the sum, the quotient. The shift m is the same for both runs, so that nothing overflows and nothing changes.
    private void Softmax(RuleContext c)
    {
        var axis = c.Node.Int("axis", -1);
        var (e, e0, slope) = Exponentials(c, axis);
        var (s, s0) = (e.Sum(axis), e0.Sum(axis));
        var direct = c.Dy * ((1 / s + 1 / s0) * 0.5);
        var throughSum = (c.Dy * ((e + e0) * 0.5)).Sum(axis) / (s * s0);
        c.Give(0, (direct - throughSum) * slope);
    }

    private void LogSoftmax(RuleContext c)
    {
        var axis = c.Node.Int("axis", -1);
        var (e, e0, slope) = Exponentials(c, axis);
        var (s, s0) = (e.Sum(axis), e0.Sum(axis));
        var change = s - s0;
        var near = IsNear(change, s);
        var log = near.Choose(1 / s, (s.Apply("Log") - s0.Apply("Log")) / near.Choose(1, change));
        c.Give(0, c.Dy - c.Dy.Sum(axis) * log * slope);
    }

    private (Value E, Value E0, Value Slope) Exponentials(RuleContext c, long axis)
    {
        var (x, x0) = (c.X, Reference(c, c.X));
        var shift = c.Emitter.Op("Max", Top(x), Top(x0));
        var (e, e0, change) = ((x - shift).Exp(), (x0 - shift).Exp(), x - x0);
        var near = IsNear(change, x - shift);
        return (e, e0, near.Choose(e, (e - e0) / near.Choose(1, change)));

        Value Top(Value value) => c.Emitter.Op("ReduceMax", [value, c.Emitter.Ints(axis)], ("keepdims", 1));
    }
}
