using Reverie.Autodiff;
using Reverie.Autodiff.Linear;
using Reverie.Onnx;

namespace Reverie.Explain;

/// <summary>The table of relevance propagation: what walks backwards is relevance. Operators without a rule are refused.</summary>
internal sealed class LrpRules(Lrp settings, Graph graph, IReadOnlyList<(Signal Low, Signal High)>? bounds)
{
    // Elements are only moved, or one of many is chosen: relevance goes where the element came from.
    private static readonly string[] Moving =
    [
        "Identity", "Dropout", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Concat", "Split", "Slice", "Gather", "GatherElements", "GatherND", "Expand", "Tile",
        "DepthToSpace", "SpaceToDepth", "Pad", "MaxPool", "GlobalMaxPool", "Max", "Min", "ReduceMax", "ReduceMin", "Where",
    ];

    // Functions of one element; normalisations, whose statistics count as constants.
    private static readonly string[] Passing =
    [
        "Relu", "LeakyRelu", "ThresholdedRelu", "Elu", "Celu", "Selu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus", "Softsign", "Mish", "Erf", "Gelu",
        "Exp", "Log", "Sqrt", "Abs", "Neg", "PRelu", "Pow", "LRN", "InstanceNormalization", "LayerNormalization", "LpNormalization",
    ];

    private static readonly string[] Averaging = ["AveragePool", "GlobalAveragePool", "ReduceMean", "ReduceSum", "Resize"];

    private static readonly string[] Gates = ["Sigmoid", "HardSigmoid", "Softmax", "Clip"];

    private readonly Dictionary<string, Node> _producers = graph.Producers();
    private readonly HashSet<string> _early = Early(graph);

    public RuleTable Table()
    {
        var rules = new List<(string, BackwardRule)>();
        foreach (var op in RuleTable.Gradient.Operators) rules.Add((op, c => throw c.Refusal("relevance propagation has no rule for it (of a Softmax, explain the logits)")));
        foreach (var op in Moving) rules.Add((op, RuleTable.Gradient[op]!));
        foreach (var op in Passing) rules.Add((op, c => c.Give(0, c.Dy)));
        foreach (var op in Averaging) rules.Add((op, Average));
        foreach (var op in (string[])["Conv", "ConvTranspose", "Gemm", "MatMul"]) rules.Add((op, Layer));
        foreach (var op in (string[])["Add", "Sub", "Sum", "Mean"]) rules.Add((op, Sum));
        rules.Add(("BatchNormalization", Normalisation));
        rules.Add(("Mul", Product));
        rules.Add(("Div", c => c.GiveBroadcast(c.Wants(0) ? 0 : 1, () => c.Dy)));
        return RuleTable.Gradient.With("relevance propagation", [.. rules]);
    }

    // The layers that the picture reaches through no other.
    private static HashSet<string> Early(Graph graph)
    {
        var early = graph.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
            if (node.Inputs.Any(early.Contains) && node.Op is not ("Conv" or "ConvTranspose" or "Gemm" or "MatMul")) early.UnionWith(node.Outputs);
        early.Remove("");
        return early;
    }

    private LrpRule RuleOf(LinearOperator layer, RuleContext c)
    {
        if (settings.Rules is { } rules && (rules.TryGetValue(c.Node.Output, out var own) || rules.TryGetValue("*", out own))) return own;
        if (_early.Contains(c.Node.Inputs[layer.Data]))
        {
            if (settings.Composite is LrpComposite.EpsilonPlusFlat or LrpComposite.EpsilonAlpha2Beta1Flat) return LrpRule.Flat;
            if (settings.Composite == LrpComposite.EpsilonGammaBox) return LrpRule.ZBox;
        }
        if (!layer.IsConvolution) return LrpRule.Epsilon;
        return settings.Composite switch
        {
            LrpComposite.EpsilonPlus or LrpComposite.EpsilonPlusFlat => LrpRule.ZPlus,
            LrpComposite.EpsilonAlpha2Beta1 or LrpComposite.EpsilonAlpha2Beta1Flat => LrpRule.AlphaBeta(),
            LrpComposite.EpsilonGammaBox => LrpRule.OfGamma(),
            _ => LrpRule.Epsilon,
        };
    }

    private void Layer(RuleContext c)
    {
        var layer = LinearOperator.Of(c) ?? throw c.Refusal("relevance propagation needs constant weights");
        if (!c.Wants(layer.Data)) return;
        c.Give(layer.Data, new LrpLayer(c, layer, settings.IgnoreBias, Stable, Bounds(c, layer)).Relevance(RuleOf(layer, c)));
    }

    private (Value Low, Value High)? Bounds(RuleContext c, LinearOperator layer)
    {
        var input = graph.Inputs.FindIndex(each => each.Name == c.Node.Inputs[layer.Data]);
        if (bounds is null || input < 0) return null;
        return (Constant("low", bounds[input].Low), Constant("high", bounds[input].High));

        Value Constant(string what, Signal signal) =>
            c.Emitter.Constant(what, Tensor.Of<float>(Array.ConvertAll(signal.Values, value => (float)value), signal.Shape)).Expand(c.Shape(layer.Data));
    }

    /// <summary>A denominator kept away from 0, on the side on which it is; 0 counts as positive.</summary>
    private Value Stable(Value z, int rank)
    {
        var e = z.Emitter;
        var epsilon = e.Scalar(settings.Epsilon);
        if (settings.RelativeEpsilon)
        {
            // a scale for each item of its own: a batch gives what its items give alone
            var square = rank > 1 ? (z * z).Mean([.. Enumerable.Range(1, rank - 1).Select(axis => (long)axis)]) : z * z;
            epsilon *= square.Sqrt();
        }
        var negative = z < 0;
        var moved = negative.Choose(z - epsilon, z + epsilon);
        // where even that is 0 nothing was contributed, and nothing is handed on
        return moved.EqualTo(e.Scalar(0)).Choose(1, moved);
    }

    private Value Stable(RuleContext c, Value z) => Stable(z, c.Emitter.RankOf(c.Node.Output));

    // Averages of what is positive share in proportion; where relevance is carried by positive parts, of the positive parts.
    private void Average(RuleContext c)
    {
        if (!c.Wants(0)) return;
        var rule = RuleTable.Gradient[c.Node.Op]!;
        c.Give(0, c.X * c.Through(rule, c.Dy / Stable(c, c.Y)));
    }

    private void Normalisation(RuleContext c) => Average(c);

    private void Sum(RuleContext c)
    {
        var wanted = Enumerable.Range(0, c.Node.Inputs.Count).Where(c.Wants).ToList();
        if (wanted.Count == 1 && settings.IgnoreBias && Enumerable.Range(0, c.Node.Inputs.Count).All(index => index == wanted[0] || c.ConstantOf(index) is not null))
        {
            c.GiveBroadcast(wanted[0], () => c.Dy);
            return;
        }
        var share = c.Dy / Stable(c, c.Y);
        foreach (var index in wanted)
            c.GiveBroadcast(index, () => share * (c.Node.Op switch
            {
                "Sub" when index == 1 => -c.In(index),
                "Mean" => c.In(index) / c.Node.Inputs.Count,
                _ => c.In(index),
            }));
    }

    // A gate is a constant factor: all goes to the signal. Two signals share equally.
    private void Product(RuleContext c)
    {
        var (left, right) = (c.Wants(0), c.Wants(1));
        if (left && right)
        {
            var (gateLeft, gateRight) = (IsGate(c, 0), IsGate(c, 1));
            if (gateLeft == gateRight)
            {
                c.GiveBroadcast(0, () => c.Dy * 0.5);
                c.GiveBroadcast(1, () => c.Dy * 0.5);
                return;
            }
            (left, right) = (gateRight, gateLeft);
        }
        if (left) c.GiveBroadcast(0, () => c.Dy);
        if (right) c.GiveBroadcast(1, () => c.Dy);
    }

    // What a squashing function wrote, or what is repeated over the other's places.
    private bool IsGate(RuleContext c, int index)
    {
        var (own, other) = (c.Dims(index), c.Dims(1 - index));
        if (own is not null && other is not null && own.Count == other.Count)
        {
            var (repeated, repeats) = (own.Zip(other).Any(pair => pair.First.Value == 1 && pair.Second.Value != 1), other.Zip(own).Any(pair => pair.First.Value == 1 && pair.Second.Value != 1));
            if (repeated != repeats) return repeated;
        }
        var tensor = c.Node.Inputs[index];
        // a hard sigmoid is often written as Clip(x + 3) / 6
        for (var steps = 0; steps < 3 && _producers.TryGetValue(tensor, out var node); steps++)
        {
            if (Gates.Contains(node.Op)) return true;
            if (node.Op is not ("Div" or "Mul") || !graph.Constants.ContainsKey(node.Input(1))) return false;
            tensor = node.Inputs[0];
        }
        return false;
    }
}
