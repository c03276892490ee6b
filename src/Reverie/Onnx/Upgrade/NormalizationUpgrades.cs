namespace Reverie.Onnx.Upgrade;

/// <summary>BatchNormalization 7 to 14, GroupNormalization 18 and 21, RMSNormalization 23.</summary>
internal static class NormalizationUpgrades
{
    public static IEnumerable<OperatorUpgrade> All =>
    [
        new("BatchNormalization", 7, 24, Batch),
        new("GroupNormalization", 18, 20, PerGroup),
        new("GroupNormalization", 21, 24, PerChannel),
        new("RMSNormalization", 23, 24, RootMeanSquare),
    ];

    private static void Batch(UpgradeContext context, Node node)
    {
        // outputs beyond the first are empty names: the validator has seen to it
        node.Outputs.RemoveRange(1, node.Outputs.Count - 1);
        node.Attributes.Remove("training_mode");
        node.Attributes.Remove("momentum");
        if (!node.Attributes.Remove("spatial", out var spatial) || spatial.Int == 1)
        {
            context.Add(node);
            return;
        }
        // every element of an item has statistics of its own: broadcast over the batch
        var variance = context.Step(node, "Add", [node.Input(4), context.Constant(node, "epsilon", Tensor.Of([node.Float("epsilon", 1e-5f)]))]);
        var deviation = context.Step(node, "Sqrt", [variance]);
        var centred = context.Step(node, "Sub", [node.Input(0), node.Input(3)]);
        var normal = context.Step(node, "Div", [centred, deviation]);
        var scaled = context.Step(node, "Mul", [normal, node.Input(1)]);
        context.Replace(node, "Add", [scaled, node.Input(2)]);
    }

    // Up to opset 20 scale and bias are per group: exactly an instance normalisation of the groups.
    private static void PerGroup(UpgradeContext context, Node node)
    {
        var shape = context.Step(node, "Shape", [node.Input(0)]);
        var normal = Instances(context, node, node.Input(1), node.Input(2));
        context.Replace(node, "Reshape", [normal, shape]);
    }

    private static void PerChannel(UpgradeContext context, Node node)
    {
        var groups = (int)node.Int("num_groups", 1);
        var (ones, zeros) = (new float[groups], new float[groups]);
        Array.Fill(ones, 1);
        var shape = context.Step(node, "Shape", [node.Input(0)]);
        var normal = Instances(context, node, context.Constant(node, "ones", Tensor.Of<float>(ones, groups)), context.Constant(node, "zeros", Tensor.Of<float>(zeros, groups)));
        var column = context.Constant(node, "column", Tensor.Ints(-1, 1));
        var channels = context.Constant(node.Input(1)) is { } scale
            ? context.Constant(node, "channels", Tensor.Ints(0, scale.Count, -1))
            : context.Step(node, "Concat", [context.Constant(node, "batch", Tensor.Ints(0)), context.Step(node, "Shape", [node.Input(1)]), context.Constant(node, "rest", Tensor.Ints(-1))], ("axis", 0L));
        var split = context.Step(node, "Reshape", [normal, channels]);
        var scaled = context.Step(node, "Mul", [split, context.Step(node, "Reshape", [node.Input(1), column])]);
        var shifted = context.Step(node, "Add", [scaled, context.Step(node, "Reshape", [node.Input(2), column])]);
        context.Replace(node, "Reshape", [shifted, shape]);
    }

    private static string Instances(UpgradeContext context, Node node, string scale, string bias)
    {
        var grouped = context.Step(node, "Reshape", [node.Input(0), context.Constant(node, "groups", Tensor.Ints(0, node.Int("num_groups", 1), -1))]);
        return context.Step(node, "InstanceNormalization", [grouped, scale, bias], ("epsilon", node.Float("epsilon", 1e-5f)));
    }

    private static void RootMeanSquare(UpgradeContext context, Node node)
    {
        var axis = node.Int("axis", -1);
        if (axis >= 0)
            axis -= context.Rank(node.Input(0)) ?? throw new ReverieException($"{node.Describe()}: its axis counts from the front of a tensor whose number of dimensions is not known");
        var axes = context.Constant(node, "axes", Tensor.Ints([.. Enumerable.Range((int)axis, (int)-axis).Select(value => (long)value)]));
        var square = context.Step(node, "Mul", [node.Input(0), node.Input(0)]);
        var mean = context.Step(node, "ReduceMean", [square, axes]);
        var shifted = context.Step(node, "Add", [mean, context.Constant(node, "epsilon", Tensor.Of([node.Float("epsilon", 1e-5f)]))]);
        var normal = context.Step(node, "Div", [node.Input(0), context.Step(node, "Sqrt", [shifted])]);
        context.Replace(node, "Mul", [normal, node.Input(1)]);
    }
}
