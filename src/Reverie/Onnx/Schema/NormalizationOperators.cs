namespace Reverie.Onnx.Schema;

/// <summary>Normalisations and softmaxes.</summary>
internal static class NormalizationOperators
{
    public static IEnumerable<OperatorSchema> All =>
    [
        new OperatorSchema("BatchNormalization").In(5, 5).Out(1, 5).Out(1, 3, since: 14).Types("f")
            .Float("epsilon", 0).Float("momentum").Flag("spatial", until: 8).Flag("training_mode", since: 14).Must(CheckBatchNormalization),
        new OperatorSchema("InstanceNormalization").In(3, 3).Types("f").Float("epsilon", 0).Must(check => CheckChannelwise(check, 1, 2)),
        new OperatorSchema("LayerNormalization", 17).In(2, 3).Out(1, 3).Types("f").Int("axis").Float("epsilon", 0).Int("stash_type", 1, 1).Must(Axis),
        new OperatorSchema("GroupNormalization", 18).In(3, 3).Types("f").Float("epsilon", 0).Int("num_groups", 1, required: true).Int("stash_type", 1, 1, since: 21).Must(CheckGroups),
        new OperatorSchema("RMSNormalization", 23).In(2, 2).Types("f").Int("axis").Float("epsilon", 0).Int("stash_type", 1, 1).Must(Axis),
        new OperatorSchema("LRN").Types("f").Float("alpha").Float("beta").Float("bias").Int("size", 1, 65535, required: true).Must(CheckLrn),
        new OperatorSchema("LpNormalization").Types("f").Int("axis").Int("p", 1, 2).Must(Axis),
        new OperatorSchema("MeanVarianceNormalization", 9).Types("f").Ints("axes").Must(check => check.Axes(check.Node.Ints("axes"), check.Rank(0))),
        .. OperatorSchema.Each("Softmax LogSoftmax Hardmax").Select(schema => schema.Types("f").Int("axis").Must(SoftmaxAxis)),
    ];

    private static void Axis(NodeCheck check) => check.Axis(check.Node.Int("axis", -1), check.Rank(0));

    // Before opset 13 the axis says where the tensor is flattened, so that it may also be the rank.
    private static void SoftmaxAxis(NodeCheck check) =>
        check.Axis(check.Node.Int("axis", check.Opset < 13 ? 1 : -1), check.Rank(0), end: check.Opset < 13);

    private static void CheckBatchNormalization(NodeCheck check)
    {
        if (check.Node.Int("training_mode", 0) != 0) check.Fail("it is in training mode; export the model for inference (in PyTorch: model.eval())");
        if (check.Node.Outputs.Skip(1).Any(output => output.Length > 0))
            check.Fail("it writes running statistics, which happens in training mode only; export the model for inference");
        if (check.Rank(0) is { } rank and < 2) check.Fail($"its input has {rank} dimensions; it needs at least batch and channels");
        if (check.Node.Int("spatial", 1) == 0) return;
        CheckChannelwise(check, 1, 2, 3, 4);
    }

    private static void CheckChannelwise(NodeCheck check, params ReadOnlySpan<int> inputs)
    {
        if (check.Rank(0) is < 2) check.Fail($"its input has {check.Rank(0)} dimensions; it needs at least batch and channels");
        var channels = check.Shape(0)?[1].Value;
        foreach (var input in inputs)
        {
            if (check.Shape(input) is not { } shape) continue;
            if (shape.Count != 1) check.Fail($"its input {input} has {shape.Count} dimensions where one per channel belongs");
            if (shape[0].Value is not { } length) continue;
            channels ??= length;
            if (length != channels) check.Fail($"its input {input} has {length} elements for {channels} channels");
        }
    }

    private static void CheckGroups(NodeCheck check)
    {
        var groups = check.Node.Int("num_groups", 1);
        if (check.Rank(0) is < 3) check.Fail($"its input has {check.Rank(0)} dimensions; it needs batch, channels and space");
        var channels = check.Shape(0)?[1].Value ?? (check.Opset >= 21 ? check.Type(1)?.KnownShape?.FirstOrDefault() : null);
        if (channels is { } known && known % groups != 0) check.Fail($"its {groups} groups do not divide its {known} channels");
        for (var input = 1; input <= 2; input++)
            if (check.Type(input)?.KnownShape is { } shape && (shape.Length != 1 || shape[0] != (check.Opset >= 21 ? channels ?? shape[0] : groups)))
                check.Fail($"its input {input} has the shape [{string.Join(",", shape)}], which fits neither its groups nor its channels");
    }

    private static void CheckLrn(NodeCheck check)
    {
        if (check.Node.Int("size", 1) % 2 == 0) check.Fail("its size is even; the window is centred on a channel, so it must be odd");
        if (check.Rank(0) is < 3) check.Fail($"its input has {check.Rank(0)} dimensions; it needs batch, channels and space");
    }
}
