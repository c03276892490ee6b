namespace Reverie.Onnx.Schema;

/// <summary>Operators that read or write by index, or make tensors from sizes.</summary>
internal static class IndexingOperators
{
    public static IEnumerable<OperatorSchema> All =>
    [
        new OperatorSchema("Gather").In(2, 2).Types("ti").Int("axis").Must(CheckGather),
        new OperatorSchema("GatherElements", 11).In(2, 2).Types("ti").Int("axis").Must(DataAxis),
        new OperatorSchema("GatherND", 11).In(2, 2).Types("tl").Int("batch_dims", 0, 63, since: 12),
        new OperatorSchema("Scatter", 9, 10).In(3, 3).Types("tit").Int("axis").Must(DataAxis),
        new OperatorSchema("ScatterElements", 11).In(3, 3).Types("tit").Int("axis").TextSince("reduction", 16, "none", "add", "mul", "max", "min").Must(DataAxis).Must(CheckReduction),
        new OperatorSchema("ScatterND", 11).In(3, 3).Types("tlt").TextSince("reduction", 16, "none", "add", "mul", "max", "min").Must(CheckReduction),
        new OperatorSchema("NonZero", 9),
        new OperatorSchema("Compress", 9).In(2, 2).Types("tb").Int("axis")
            .Must(check => { if (check.Node.Attributes.ContainsKey("axis")) check.Axis(check.Node.Int("axis", 0), check.Rank(0)); }),
        new OperatorSchema("OneHot", 9).In(3, 3).Types("nnt").Int("axis").Must(CheckOneHot),
        new OperatorSchema("EyeLike", 9).Int("dtype").Int("k", -int.MaxValue, int.MaxValue).Must(CheckEyeLike),
        new OperatorSchema("Range", 11).In(3, 3).Types("n").Must(CheckRange),
        new OperatorSchema("ConstantOfShape", 9).Types("l").With(new("value", AttributeKind.Tensor) { Wrong = value => value.Tensor.Count == 1 ? null : $"has {value.Tensor.Count} elements where one belongs" })
            .Must(check => { if (check.Integers(0) is { } shape) check.Generates(shape); }),
    ];

    private static void DataAxis(NodeCheck check)
    {
        check.Axis(check.Node.Int("axis", 0), check.Rank(0));
        if (check.Rank(0) is { } data && check.Rank(1) is { } indices && data != indices) check.Fail($"its data has {data} dimensions, its indices {indices}");
    }

    private static void CheckGather(NodeCheck check)
    {
        var axis = check.Node.Int("axis", 0);
        check.Axis(axis, check.Rank(0));
        if (check.Shape(0) is not { } shape || check.Constant(1) is not { } indices || shape[(int)(axis < 0 ? axis + shape.Count : axis)].Value is not { } length) return;
        foreach (var index in indices.ToInts())
            if (index < -length || index >= length) check.Fail($"its index {index} lies outside the {length} elements of axis {axis}");
    }

    private static void CheckReduction(NodeCheck check)
    {
        if (check.Opset < 18 && check.Node.String("reduction", "none") is "max" or "min") check.Fail("its reduction exists from opset 18 on");
    }

    private static void CheckOneHot(NodeCheck check)
    {
        if (check.Constant(1) is { } depth)
        {
            if (depth.Count != 1) check.Fail($"its depth has {depth.Count} elements where one belongs");
            var value = depth.Type.IsFloating() ? depth.ToDoubles()[0] : depth.ToInts()[0];
            if (value is not (>= 1 and <= NodeCheck.MaxGenerated)) check.Fail($"its depth is {value}, not from 1 to {NodeCheck.MaxGenerated:N0}");
            if (check.Type(0)?.KnownShape is { } shape) check.Generates(shape.Append((long)value));
        }
        if (check.Type(2)?.KnownShape is { } values && !values.AsSpan().SequenceEqual([2])) check.Fail("its values are not a pair: off and on");
        check.Axis(check.Node.Int("axis", -1), check.Rank(0) + 1);
    }

    private static void CheckEyeLike(NodeCheck check)
    {
        if (check.Rank(0) is { } rank and not 2) check.Fail($"it works on matrices, but meets a tensor of {rank} dimensions");
        if (check.Node.Attributes.ContainsKey("dtype") && ((ElementType)check.Node.Int("dtype", 1)).Size() == 0)
            check.Fail($"it asks for element type {check.Node.Int("dtype", 1)}, which is not supported");
    }

    private static void CheckRange(NodeCheck check)
    {
        if (check.Constant(0) is not { Count: 1 } start || check.Constant(1) is not { Count: 1 } limit || check.Constant(2) is not { Count: 1 } delta)
        {
            for (var input = 0; input < 3; input++)
                if (check.Constant(input) is { Count: not 1 } list) check.Fail($"its input {input} has {list.Count} elements where one belongs");
            return;
        }
        var (first, last, step) = (Number(start), Number(limit), Number(delta));
        if (step == 0) check.Fail("its step is 0");
        var count = Math.Ceiling((last - first) / step);
        if (!double.IsFinite(count)) check.Fail("its bounds are not finite numbers");
        check.Generates([(long)Math.Clamp(count, 0, 1e18)]);
    }

    private static double Number(Tensor tensor) => tensor.Type.IsFloating() ? tensor.ToDoubles()[0] : tensor.ToInts()[0];
}
