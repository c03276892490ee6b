namespace Reverie.Onnx.Shapes;

/// <summary>Reductions, selections and normalisations.</summary>
internal static class ReductionShapes
{
    public static void AddTo(Dictionary<string, Action<Step>> rules)
    {
        foreach (var op in (string[])["Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]) rules[$"Reduce{op}"] = Reduce;
        rules["ArgMax"] = rules["ArgMin"] = ArgMax;
        rules["TopK"] = TopK;
        rules["BatchNormalization"] = BatchNormalization;
        rules["InstanceNormalization"] = InstanceNormalization;
        rules["GroupNormalization"] = step => step.Set(step.Shape(0));
        rules["LayerNormalization"] = LayerNormalization;
    }

    private static void Reduce(Step step)
    {
        var keep = step.Node.Int("keepdims", 1) != 0;
        if (step.Shape(0) is not { } x)
        {
            step.Set(null);
            return;
        }
        var axes = step.InputCount > 1 && step.Node.HasInput(1) ? step.Axes(1, x.Length) : [];
        if (axes is null)
        {
            step.Set(keep ? step.Fresh(0, 0, x.Length) : null);
            return;
        }
        if (axes.Length == 0 && step.Node.Int("noop_with_empty_axes", 0) != 0)
        {
            step.Set(0, step.Input(0));
            return;
        }
        var reduced = axes.Length == 0 ? [.. Enumerable.Range(0, x.Length)] : axes;
        Dim[] shape = keep ? [.. x.Select((size, axis) => reduced.Contains(axis) ? 1 : size)] : [.. x.Where((_, axis) => !reduced.Contains(axis))];
        step.Set(0, new Fact(step.Input(0).Element, shape, reduced.Length == x.Length ? Total(step, shape) : null));
    }

    // The sum or product of a shape vector; of more sizes than any tensor has, none is followed.
    private static Dim[]? Total(Step step, Dim[] shape)
    {
        if (shape.Length > 1 || step.Input(0).Values is not { Length: > 0 and <= 64 } values) return null;
        Func<Dim, Dim, Dim>? combine = step.Node.Op switch
        {
            "ReduceProd" => (left, right) => left * right,
            "ReduceSum" => (left, right) => left + right,
            "ReduceMax" => Dim.Max,
            "ReduceMin" => Dim.Min,
            _ => null,
        };
        return combine is null ? null : [values.Aggregate(combine)];
    }

    private static void ArgMax(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(0, new Fact(ElementType.Int64, null));
            return;
        }
        var axis = step.Axis(step.Node.Int("axis", 0), x.Length);
        step.Set(0, new Fact(ElementType.Int64, step.Node.Int("keepdims", 1) != 0 ? [.. x[..axis], 1, .. x[(axis + 1)..]] : [.. x[..axis], .. x[(axis + 1)..]]));
    }

    private static void TopK(Step step)
    {
        Dim[]? shape = null;
        if (step.Shape(0) is { } x)
        {
            var axis = step.Axis(step.Node.Int("axis", -1), x.Length);
            shape = (Dim[])x.Clone();
            shape[axis] = step.Input(1).Values is [var count] ? count : step.Fresh(0, axis);
            if ((x[axis] - shape[axis]).Most() < 0) throw step.Fail($"the {shape[axis]} largest of {x[axis]} elements do not exist");
        }
        step.Set(shape);
        step.Set(1, new Fact(ElementType.Int64, shape));
    }

    private static void BatchNormalization(Step step)
    {
        step.Set(step.Shape(0));
        if (step.Shape(0) is { Length: >= 2 } x) Parameters(step, x[1], 1, 4);
        // the running statistics of training mode
        for (var index = 1; index < step.Node.Outputs.Count; index++) step.Set(index, new Fact(step.Input(3).Element, step.Shape(3)));
    }

    private static void InstanceNormalization(Step step)
    {
        step.Set(step.Shape(0));
        if (step.Shape(0) is { Length: >= 2 } x) Parameters(step, x[1], 1, 2);
    }

    private static void Parameters(Step step, Dim channels, int first, int last)
    {
        for (var index = first; index <= last; index++)
            if (step.Rank(index, 1))
            {
                var count = step.Shape(index)![0];
                step.Equal(count, channels, () => $"{channels} channels need as many parameters, but '{step.Node.Input(index)}' has {count}");
            }
    }

    private static void LayerNormalization(Step step)
    {
        step.Set(step.Shape(0));
        Dim[]? moments = null;
        if (step.Shape(0) is { } x)
        {
            var axis = step.Axis(step.Node.Int("axis", -1), x.Length);
            for (var index = 1; index < step.InputCount; index++) step.BroadcastsTo(index, x[axis..]);
            moments = [.. x[..axis], .. Enumerable.Repeat(Dim.Of(1), x.Length - axis)];
        }
        for (var index = 1; index < step.Node.Outputs.Count; index++) step.Set(index, new Fact((ElementType)step.Node.Int("stash_type", 1), moments));
    }
}
