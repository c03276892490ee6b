namespace Reverie.Onnx.Upgrade;

/// <summary>Softmax, LogSoftmax and Hardmax before opset 13: all axes from the stated one on were one.</summary>
internal static class SoftmaxUpgrades
{
    public static IEnumerable<OperatorUpgrade> All =>
        [new("Softmax", 7, 12, Flattening), new("LogSoftmax", 7, 12, Flattening), new("Hardmax", 7, 12, Flattening)];

    private static void Flattening(UpgradeContext context, Node node)
    {
        var axis = node.Int("axis", 1);
        var rank = context.Rank(node.Input(0));
        if (axis == -1 || axis == rank - 1)
        {
            node.Attributes["axis"] = -1L;
            context.Add(node);
            return;
        }
        var shape = context.Step(node, "Shape", [node.Input(0)]);
        var flat = context.Step(node, "Flatten", [node.Input(0)], ("axis", axis));
        var soft = context.Step(node, node.Op, [flat], ("axis", -1L));
        context.Replace(node, "Reshape", [soft, shape]);
    }
}
