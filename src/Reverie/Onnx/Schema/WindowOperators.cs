namespace Reverie.Onnx.Schema;

/// <summary>Convolutions and pools: operators that slide a window over the spatial dimensions.</summary>
internal static class WindowOperators
{
    /// <summary>No kernel, stride, dilation or padding of a real network comes near this; beyond it, sums overflow.</summary>
    public const long MaxExtent = 1 << 16;

    private const int MaxSpatialRank = 3;

    public static IEnumerable<OperatorSchema> All =>
    [
        Window(new OperatorSchema("Conv").In(2, 3), false).Ints("dilations", 1, MaxExtent).Int("group", 1).Must(CheckConv),
        Window(new OperatorSchema("ConvTranspose").In(2, 3), false).Ints("dilations", 1, MaxExtent).Int("group", 1)
            .Ints("output_padding", 0, MaxExtent).Ints("output_shape", 1, MaxExtent * 16).Must(CheckConvTranspose),
        Window(new OperatorSchema("MaxPool").Out(1, 2, since: 8), true).Flag("ceil_mode", since: 10).Ints("dilations", 1, MaxExtent, since: 10).Flag("storage_order", since: 8).Must(CheckPool),
        Window(new OperatorSchema("AveragePool"), true).Flag("ceil_mode", since: 10).Ints("dilations", 1, MaxExtent, since: 19).Flag("count_include_pad").Must(CheckPool),
        Window(new OperatorSchema("LpPool"), true).Flag("ceil_mode", since: 18).Ints("dilations", 1, MaxExtent, since: 18).Int("p", 1, 1000).Must(CheckPool),
        new OperatorSchema("GlobalAveragePool").Types("f").Must(CheckGlobal),
        new OperatorSchema("GlobalMaxPool").Types("f").Must(CheckGlobal),
        new OperatorSchema("GlobalLpPool").Types("f").Int("p", 1, 1000).Must(CheckGlobal),
    ];

    private static OperatorSchema Window(OperatorSchema schema, bool kernelRequired) =>
        schema.Types("f").Text("auto_pad", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")
            .Ints("kernel_shape", 1, MaxExtent, kernelRequired).Ints("strides", 1, MaxExtent).Ints("pads", 0, MaxExtent);

    private static void CheckConv(NodeCheck check)
    {
        var group = check.Node.Int("group", 1);
        if (CheckWeights(check) is not { } weights) return;
        if (weights[0] % group != 0) check.Fail($"its {group} groups do not divide its {weights[0]} output channels");
        CheckChannels(check, weights[1] * group);
        CheckBias(check, weights[0]);
    }

    private static void CheckConvTranspose(NodeCheck check)
    {
        var group = check.Node.Int("group", 1);
        if (CheckWeights(check) is not { } weights) return;
        if (weights[0] % group != 0) check.Fail($"its {group} groups do not divide its {weights[0]} input channels");
        CheckChannels(check, weights[0]);
        CheckBias(check, weights[1] * group);
        var spatial = weights.Length - 2;
        check.Length("output_padding", spatial);
        check.Length("output_shape", spatial);
        var (strides, dilations) = (check.Node.Ints("strides"), check.Node.Ints("dilations"));
        if (check.Node.Ints("output_padding") is { } padding)
            for (var axis = 0; axis < spatial; axis++)
                if (padding[axis] >= Math.Max(strides?[axis] ?? 1, dilations?[axis] ?? 1)) check.Fail("its output padding is not smaller than its stride");
    }

    private static long[]? CheckWeights(NodeCheck check)
    {
        var rank = check.Rank(1) ?? check.Rank(0);
        if (check.Rank(0) is { } input && check.Rank(1) is { } other && input != other)
            check.Fail($"its weights have {other} dimensions, its input {input}");
        if (rank is { } known) CheckLists(check, known);
        if (check.Type(1)?.KnownShape is not { } weights) return null;
        if (Array.Exists(weights, dim => dim < 1)) check.Fail($"its weights have the shape [{string.Join(",", weights)}], which holds nothing");
        if (Array.Exists(weights[2..], dim => dim > MaxExtent)) check.Fail($"its kernel [{string.Join(",", weights[2..])}] is larger than {MaxExtent}");
        if (check.Node.Ints("kernel_shape") is { } kernel && !kernel.AsSpan().SequenceEqual(weights.AsSpan(2)))
            check.Fail($"its kernel_shape [{string.Join(",", kernel)}] is not that of its weights [{string.Join(",", weights)}]");
        return weights;
    }

    private static void CheckChannels(NodeCheck check, long expected)
    {
        if (check.Shape(0)?[1].Value is { } channels && channels != expected)
            check.Fail($"its input has {channels} channels, but its weights and groups are for {expected}");
    }

    private static void CheckBias(NodeCheck check, long channels)
    {
        if (check.Type(2)?.KnownShape is { } bias && (bias.Length != 1 || bias[0] != channels))
            check.Fail($"its bias has the shape [{string.Join(",", bias)}] where [{channels}] belongs");
    }

    private static void CheckPool(NodeCheck check)
    {
        var node = check.Node;
        var kernel = node.Ints("kernel_shape")!;
        CheckLists(check, check.Rank(0) ?? kernel.Length + 2);
        if (node.Ints("pads") is not { } pads || node.String("auto_pad", "NOTSET") != "NOTSET") return;
        for (var index = 0; index < pads.Length; index++)
        {
            var axis = index % kernel.Length;
            // a window wholly in the padding has no elements: its maximum is -inf, its mean 0/0
            if (pads[index] > (kernel[axis] - 1) * (node.Ints("dilations")?[axis] ?? 1))
                check.Fail($"its padding [{string.Join(",", pads)}] is not smaller than its kernel [{string.Join(",", kernel)}]");
        }
    }

    private static void CheckLists(NodeCheck check, int rank)
    {
        var spatial = rank - 2;
        if (spatial is < 1 or > MaxSpatialRank) check.Fail($"it works on tensors of 3 to {MaxSpatialRank + 2} dimensions, but meets one of {rank}");
        check.Length("kernel_shape", spatial);
        check.Length("strides", spatial);
        check.Length("dilations", spatial);
        check.Length("pads", 2 * spatial);
    }

    private static void CheckGlobal(NodeCheck check)
    {
        if (check.Rank(0) is { } rank and (< 3 or > 5)) check.Fail($"it works on tensors of 3 to 5 dimensions, but meets one of {rank}");
    }
}
