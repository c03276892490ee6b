namespace Reverie.Onnx.Schema;

/// <summary>Operators that reduce, order or accumulate along axes.</summary>
internal static class ReductionOperators
{
    /// <summary>The reductions whose axes are an attribute before opset 18 and an input from then on (ReduceSum: from 13 on).</summary>
    public static readonly string[] Reductions =
        ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"];

    public static IEnumerable<OperatorSchema> All =>
    [
        .. Reductions.Select(Reduction),
        .. OperatorSchema.Each("ArgMax ArgMin").Select(schema => schema.Types("n").Int("axis").Flag("keepdims").Flag("select_last_index", since: 12)
            .Must(check => check.Axis(check.Node.Int("axis", 0), check.Rank(0)))),
        new OperatorSchema("CumSum", 11).In(2, 2).Types("ni").Flag("exclusive").Flag("reverse").Must(CheckCumSum),
        new OperatorSchema("TopK").In(1, 1).In(2, 2, since: 10).Out(2, 2).Types("nl").Int("axis").Int("k", 1, int.MaxValue, required: true, until: 9)
            .Flag("largest", since: 11).Flag("sorted", since: 11).Must(CheckTopK),
    ];

    private static OperatorSchema Reduction(string name)
    {
        long from = name == "ReduceSum" ? 13 : 18;
        return new OperatorSchema(name).In(1, 2, since: from).Types("n*").Ints("axes", until: from - 1).Flag("keepdims").Flag("noop_with_empty_axes", since: from)
            .Must(check => check.Axes(check.Node.Ints("axes") ?? check.Integers(1), check.Rank(0)));
    }

    private static void CheckCumSum(NodeCheck check)
    {
        if (check.Constant(1) is not { } axis) return;
        if (axis.Count != 1) check.Fail($"its axis has {axis.Count} elements where one belongs");
        check.Axis(axis.ToInts()[0], check.Rank(0));
    }

    private static void CheckTopK(NodeCheck check)
    {
        var axis = check.Node.Int("axis", -1);
        check.Axis(axis, check.Rank(0));
        if (check.Constant(1) is { Count: not 1 } list) check.Fail($"its k has {list.Count} elements where one belongs");
        var k = check.Integers(1)?[0] ?? check.Node.Int("k", 1);
        if (k < 1) check.Fail($"its k is {k}, but must be at least 1");
        if (check.Shape(0) is { } shape && shape[(int)(axis < 0 ? axis + shape.Count : axis)].Value is { } length && k > length)
            check.Fail($"it asks for the {k} largest of {length}");
    }
}
