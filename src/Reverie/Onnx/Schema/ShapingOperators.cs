namespace Reverie.Onnx.Schema;

/// <summary>Operators that move elements without computing with them.</summary>
internal static class ShapingOperators
{
    public static IEnumerable<OperatorSchema> All =>
    [
        new OperatorSchema("Reshape").In(2, 2).Types("tl").Flag("allowzero", since: 14).Must(CheckReshape),
        new OperatorSchema("Flatten").Types("t").Int("axis").Must(check => check.Axis(check.Node.Int("axis", 1), check.Rank(0), end: true)),
        new OperatorSchema("Transpose").Types("t").Ints("perm").Must(CheckTranspose),
        new OperatorSchema("Squeeze").In(1, 2, since: 13).Types("tl").Ints("axes", until: 12).Must(check => check.Axes(check.Node.Ints("axes") ?? check.Integers(1), check.Rank(0))),
        new OperatorSchema("Unsqueeze").In(2, 2, since: 13).Types("tl").Ints("axes", required: true, until: 12).Must(CheckUnsqueeze),
        new OperatorSchema("Expand", 8).In(2, 2).Types("tl").Must(CheckExpand),
        new OperatorSchema("Tile").In(2, 2).Types("tl").Must(CheckTile),
        new OperatorSchema("Concat").In(1, int.MaxValue).Types("t").Int("axis", required: true).Must(CheckConcat),
        new OperatorSchema("Split").In(1, 2, since: 13).Out(1, int.MaxValue).Types("tl").Int("axis").Ints("split", 0, until: 12).Int("num_outputs", 1, int.MaxValue, since: 18).Must(CheckSplit),
        new OperatorSchema("Slice").In(3, 5, since: 10).Types("t****").Ints("axes", until: 9).Ints("starts", required: true, until: 9).Ints("ends", required: true, until: 9).Must(CheckSlice),
        new OperatorSchema("DepthToSpace").Types("t").Int("blocksize", 1, WindowOperators.MaxExtent, required: true).TextSince("mode", 11, "DCR", "CRD").Must(CheckDepthToSpace),
        new OperatorSchema("SpaceToDepth").Types("t").Int("blocksize", 1, WindowOperators.MaxExtent, required: true).Must(CheckSpaceToDepth),
        new OperatorSchema("Shape").Int("start", since: 15).Int("end", since: 15),
        new OperatorSchema("Size"),
        new OperatorSchema("Trilu", 14).In(1, 2).Types("tl").Flag("upper"),
        new OperatorSchema("CenterCropPad", 18).In(2, 2).Types("ti").Ints("axes").Must(check => check.Axes(check.Node.Ints("axes"), check.Rank(0))),
    ];

    private static void CheckReshape(NodeCheck check)
    {
        if (check.Integers(1) is not { } shape) return;
        if (shape.Length > 64) check.Fail($"it asks for {shape.Length} dimensions");
        if (shape.Count(dim => dim == -1) > 1 || Array.Exists(shape, dim => dim < -1)) check.Fail($"its shape [{string.Join(",", shape)}] holds more than one -1, or a dimension below it");
        if (check.Node.Int("allowzero", 0) == 1 && shape.Contains(0) && shape.Contains(-1)) check.Fail($"its shape [{string.Join(",", shape)}] holds both 0 and -1 with allowzero");
        Int128 count = 1;
        foreach (var dim in shape.Where(dim => dim > 0))
            if ((count *= dim) > int.MaxValue) check.Fail($"its shape [{string.Join(",", shape)}] has more elements than a tensor can hold");
        if (check.Type(0)?.KnownShape is { } from && Array.TrueForAll(shape, dim => dim > 0) && Tensor.CountOf(from) != (long)count)
            check.Fail($"it gives {Tensor.CountOf(from)} elements the shape [{string.Join(",", shape)}]");
    }

    private static void CheckTranspose(NodeCheck check)
    {
        if (check.Node.Ints("perm") is not { } perm) return;
        if (perm.Length > 64 || !perm.Order().SequenceEqual(Enumerable.Range(0, perm.Length).Select(index => (long)index)))
            check.Fail($"its perm [{string.Join(",", perm.Take(16))}] is not a permutation");
        if (check.Rank(0) is { } rank && rank != perm.Length) check.Fail($"its perm lists {perm.Length} axes, but the tensor has {rank} dimensions");
    }

    private static void CheckUnsqueeze(NodeCheck check)
    {
        var axes = check.Node.Ints("axes") ?? check.Integers(1);
        check.Axes(axes, axes is null ? null : check.Rank(0) + axes.Length);
    }

    private static void CheckExpand(NodeCheck check)
    {
        if (check.Integers(1) is not { } shape) return;
        if (Array.Exists(shape, dim => dim < 0)) check.Fail($"its shape [{string.Join(",", shape)}] holds a negative dimension");
        check.Generates(shape);
    }

    private static void CheckTile(NodeCheck check)
    {
        if (check.Integers(1) is not { } repeats) return;
        if (check.Rank(0) is { } rank && rank != repeats.Length) check.Fail($"it repeats {repeats.Length} axes, but the tensor has {rank} dimensions");
        check.Generates(repeats);
        if (check.Type(0)?.KnownShape is { } shape) check.Generates(shape.Concat(repeats));
    }

    private static void CheckConcat(NodeCheck check)
    {
        int? rank = null;
        for (var input = 0; input < check.Node.Inputs.Count; input++)
        {
            if (!check.Node.HasInput(input)) check.Fail($"its input {input} is left out, but is not optional");
            if (check.Rank(input) is not { } known) continue;
            if (rank is not null && rank != known) check.Fail($"it joins tensors of {rank} and of {known} dimensions");
            rank = known;
        }
        check.Axis(check.Node.Int("axis", 0), rank);
    }

    private static void CheckSplit(NodeCheck check)
    {
        var axis = check.Node.Int("axis", 0);
        check.Axis(axis, check.Rank(0));
        var outputs = check.Node.Outputs.Count;
        var sizes = check.Node.Ints("split") ?? check.Integers(1);
        if (check.Node.Attributes.ContainsKey("num_outputs") && (check.Node.HasInput(1) || check.Node.Int("num_outputs", 1) != outputs))
            check.Fail($"its attribute 'num_outputs' is {check.Node.Int("num_outputs", 1)}, which does not fit its {outputs} outputs or its sizes");
        if (sizes is not null)
        {
            if (sizes.Length != outputs) check.Fail($"it lists {sizes.Length} sizes for {outputs} outputs");
            if (Array.Exists(sizes, size => size is < 0 or > int.MaxValue)) check.Fail($"its sizes [{string.Join(",", sizes)}] are not sizes");
        }
        if (check.Shape(0) is not { } shape || shape[(int)(axis < 0 ? axis + shape.Count : axis)].Value is not { } length) return;
        if (sizes is not null && sizes.Sum() != length) check.Fail($"its sizes [{string.Join(",", sizes)}] do not add up to {length}");
        if (sizes is null && check.Opset < 18 && length % outputs != 0) check.Fail($"it splits {length} into {outputs} equal parts");
    }

    private static void CheckSlice(NodeCheck check)
    {
        var (starts, ends, axes, steps) = check.Opset < 10
            ? (check.Node.Ints("starts"), check.Node.Ints("ends"), check.Node.Ints("axes"), null)
            : (check.Integers(1), check.Integers(2), check.Integers(3), check.Integers(4));
        check.Axes(axes, check.Rank(0));
        var lengths = new[] { starts, ends, axes, steps }.Where(list => list is not null).Select(list => list!.Length).Distinct().ToList();
        if (lengths.Count > 1) check.Fail("its starts, ends, axes and steps differ in number");
        if (steps is not null && steps.Contains(0)) check.Fail("its step is 0");
        if (axes is null && starts is not null && check.Rank(0) is { } rank && starts.Length > rank) check.Fail($"it cuts {starts.Length} axes of a tensor of {rank} dimensions");
    }

    private static void CheckDepthToSpace(NodeCheck check)
    {
        var block = check.Node.Int("blocksize", 1);
        if (check.Rank(0) is { } rank and not 4) check.Fail($"it works on tensors of 4 dimensions, but meets one of {rank}");
        if (check.Shape(0)?[1].Value is { } channels && channels % (block * block) != 0) check.Fail($"its {channels} channels are no multiple of {block}x{block}");
    }

    private static void CheckSpaceToDepth(NodeCheck check)
    {
        var block = check.Node.Int("blocksize", 1);
        if (check.Rank(0) is { } rank and not 4) check.Fail($"it works on tensors of 4 dimensions, but meets one of {rank}");
        if (check.Shape(0) is not { } shape) return;
        foreach (var dim in shape.Skip(2))
            if (dim.Value is { } size && size % block != 0) check.Fail($"its size {size} is no multiple of its block size {block}");
    }
}
