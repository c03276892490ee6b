using Reverie.Onnx.Schema;

namespace Reverie.Onnx.Upgrade;

/// <summary>What was an attribute and became an input: Clip 11, Pad 11, Slice 10, Split 13 and 18, Squeeze and Unsqueeze 13, Reduce 13 and 18, TopK 10.</summary>
internal static class InputUpgrades
{
    public static IEnumerable<OperatorUpgrade> All =>
    [
        new("Clip", 7, 10, Clip),
        new("Pad", 7, 10, Pad),
        new("Slice", 7, 9, Slice),
        new("Split", 7, 17, Split),
        new("Squeeze", 7, 12, Axes),
        new("Unsqueeze", 7, 12, Axes),
        new("TopK", 7, 9, TopK),
        .. ReductionOperators.Reductions.Select(name => new OperatorUpgrade(name, 7, 17, Reduce)),
    ];

    private static void Clip(UpgradeContext context, Node node)
    {
        string[] bounds = ["min", "max"];
        for (var index = 0; index < bounds.Length; index++)
        {
            if (!node.Attributes.Remove(bounds[index], out var bound)) continue;
            UpgradeContext.SetInput(node, index + 1, context.Constant(node, bounds[index], Tensor.Of([bound.Float])));
        }
        context.Add(node);
    }

    private static void Pad(UpgradeContext context, Node node)
    {
        context.MoveToInput(node, "pads", 1);
        if (node.Attributes.Remove("value", out var value) && node.String("mode", "constant") == "constant")
            UpgradeContext.SetInput(node, 2, context.Constant(node, "value", Tensor.Of([value.Float])));
        context.Add(node);
    }

    private static void Slice(UpgradeContext context, Node node)
    {
        context.MoveToInput(node, "starts", 1);
        context.MoveToInput(node, "ends", 2);
        context.MoveToInput(node, "axes", 3);
        context.Add(node);
    }

    private static void Split(UpgradeContext context, Node node)
    {
        context.MoveToInput(node, "split", 1);
        if (!node.HasInput(1)) node.Attributes["num_outputs"] = node.Outputs.Count;
        context.Add(node);
    }

    private static void Axes(UpgradeContext context, Node node)
    {
        context.MoveToInput(node, "axes", 1);
        context.Add(node);
    }

    private static void TopK(UpgradeContext context, Node node)
    {
        UpgradeContext.SetInput(node, 1, context.Constant(node, "k", Tensor.Ints(node.Int("k", 1))));
        node.Attributes.Remove("k");
        context.Add(node);
    }

    private static void Reduce(UpgradeContext context, Node node)
    {
        // an empty list meant all axes, as leaving it out does
        if (node.Ints("axes") is { Length: 0 }) node.Attributes.Remove("axes");
        context.MoveToInput(node, "axes", 1);
        context.Add(node);
    }
}
