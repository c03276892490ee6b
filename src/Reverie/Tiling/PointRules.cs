namespace Reverie.Tiling;

/// <summary>Operators whose every position reads one position of each input: elementwise ones, and those that work across channels.</summary>
internal static class PointRules
{
    private static readonly string[] Elementwise =
    [
        "Relu", "LeakyRelu", "Elu", "Selu", "Celu", "ThresholdedRelu", "Shrink", "Sigmoid", "HardSigmoid", "HardSwish", "Mish", "Tanh", "Softplus", "Softsign", "Erf", "Gelu",
        "Exp", "Log", "Sqrt", "Abs", "Neg", "Sign", "Reciprocal", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Floor", "Ceil", "Round",
        "Identity", "Clip", "Cast", "Not", "IsNaN", "IsInf", "PRelu", "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Max", "Min", "Sum", "Mean",
        "And", "Or", "Xor", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Where",
    ];

    // Their parameters belong to channels; only the first input depends on the picture.
    private static readonly string[] AcrossChannels = ["BatchNormalization", "LRN"];

    private static readonly string[] Reductions =
        ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"];

    public static void AddTo(Dictionary<string, Action<LocalityStep>> rules)
    {
        foreach (var op in Elementwise) rules[op] = PointByPoint;
        foreach (var op in AcrossChannels) rules[op] = step => { OnlyFirst(step); step.GivePoints(); };
        foreach (var op in Reductions) rules[op] = Reduce;
        rules["Softmax"] = rules["LogSoftmax"] = rules["Hardmax"] = rules["LpNormalization"] = step =>
        {
            step.NotSpatial(step.Axis(step.Node.Int("axis", -1)));
            step.GivePoints();
        };
        rules["LayerNormalization"] = LayerNormalization;
        rules["MatMul"] = MatMul;
    }

    /// <summary>Refuses weights that are computed from the picture, as those of attention are.</summary>
    public static void OnlyFirst(LocalityStep step)
    {
        for (var input = 1; input < step.Node.Inputs.Count; input++)
            if (step.Depends(input)) throw step.Refuse($"its input '{step.Node.Input(input)}' is itself computed from the picture");
    }

    private static void PointByPoint(LocalityStep step)
    {
        var rank = step.Dims(step.Node.Output).Count;
        (int Y, int X)? fromEnd = null;
        for (var input = 0; input < step.Node.Inputs.Count; input++)
        {
            if (!step.Depends(input)) continue;
            var tensor = step.Tensor(input);
            var places = (step.Rank(input) - tensor.AxisY, step.Rank(input) - tensor.AxisX);
            if (fromEnd is { } known && known != places) throw step.Refuse("its inputs hold the picture in different layouts");
            fromEnd = places;
        }
        var (y, x) = fromEnd!.Value;
        for (var input = 0; input < step.Node.Inputs.Count; input++)
        {
            if (!step.Node.HasInput(input)) continue;
            if (step.Depends(input)) step.Give(input, Footprint.Point, Footprint.Point, (rank - y, rank - x));
            else
                foreach (var axis in (int[])[step.Rank(input) - y, step.Rank(input) - x])
                    if (axis >= 0 && step.Dims(step.Node.Input(input))[axis].Value != 1)
                        throw step.Refuse($"its operand '{step.Node.Input(input)}' differs from place to place");
        }
    }

    private static void Reduce(LocalityStep step)
    {
        long[]? axes = step.Node.HasInput(1) ? step.Constant(1)?.ToInts() ?? throw step.Refuse("its axes are not constant") : [];
        if (axes.Length == 0)
        {
            if (step.Node.Int("noop_with_empty_axes", 0) == 0) throw step.Refuse("it looks at the whole picture at once");
            step.GivePoints();
            return;
        }
        var reduced = Array.ConvertAll(axes, axis => step.Axis(axis));
        var tensor = step.Tensor(0);
        if (reduced.Contains(tensor.AxisY) || reduced.Contains(tensor.AxisX)) throw step.Refuse("it looks at the whole picture at once");
        if (step.Node.Int("keepdims", 1) != 0) step.GivePoints();
        else step.GivePoints((tensor.AxisY - reduced.Count(axis => axis < tensor.AxisY), tensor.AxisX - reduced.Count(axis => axis < tensor.AxisX)));
    }

    private static void LayerNormalization(LocalityStep step)
    {
        OnlyFirst(step);
        var tensor = step.Tensor(0);
        if (step.Axis(step.Node.Int("axis", -1)) <= Math.Max(tensor.AxisY, tensor.AxisX)) throw step.Refuse("it normalises over the picture");
        step.GivePoints();
    }

    // A product with constant weights along the last axis, as in networks whose channels are last.
    private static void MatMul(LocalityStep step)
    {
        OnlyFirst(step);
        if (!step.Depends(0) || step.Rank(1) != 2) throw step.Refuse("it may look at the whole picture at once");
        step.NotSpatial(step.Rank(0) - 1);
        step.GivePoints();
    }
}
