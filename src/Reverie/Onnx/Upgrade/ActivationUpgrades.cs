namespace Reverie.Onnx.Upgrade;

/// <summary>Dropout, Swish 24, and the GELUs of ONNX Runtime's own domain. Gelu 20 is canonical as it is.</summary>
internal static class ActivationUpgrades
{
    public static IEnumerable<OperatorUpgrade> All =>
    [
        new("Dropout", 7, 24, Dropout),
        new("Swish", 24, 24, (context, node) => Swish(context, node, 1)),
        new("Gelu", 7, 24, (context, node) => Gelu(context, node, "none")) { Domain = "com.microsoft" },
        new("BiasGelu", 7, 24, (context, node) => Gelu(context, node, "none")) { Domain = "com.microsoft" },
        new("FastGelu", 7, 24, (context, node) => Gelu(context, node, "tanh")) { Domain = "com.microsoft" },
        new("QuickGelu", 7, 24, (context, node) => Swish(context, node, 1.702f)) { Domain = "com.microsoft" },
    ];

    private static void Dropout(UpgradeContext context, Node node)
    {
        if (node.Outputs.Count > 1 && context.IsRead(node.Outputs[1]))
        {
            // nothing is dropped in inference; up to opset 11 ONNX Runtime gives a mask of zeros all the same, which opset 9 and before type as the input
            var shape = context.Step(node, "Shape", [node.Input(0)]);
            var mask = new Node("ConstantOfShape", [shape], [node.Outputs[1]]);
            mask.Attributes["value"] = context.Opset < 10 ? Tensor.Of([0f], 1) : Tensor.Of([context.Opset >= 12], 1);
            context.Add(mask);
        }
        if (node.Output.Length > 0) context.Add(new("Identity", [node.Input(0)], [node.Output]) { Name = node.Name });
    }

    private static void Swish(UpgradeContext context, Node node, float standard)
    {
        var alpha = node.Float("alpha", standard);
        var scaled = alpha == 1 ? node.Input(0) : context.Step(node, "Mul", [node.Input(0), context.Constant(node, "alpha", Tensor.Of([alpha]))]);
        context.Replace(node, "Mul", [node.Input(0), context.Step(node, "Sigmoid", [scaled])]);
    }

    private static void Gelu(UpgradeContext context, Node node, string approximate)
    {
        var input = node.HasInput(1) ? context.Step(node, "Add", [node.Input(0), node.Input(1)]) : node.Input(0);
        context.Replace(node, "Gelu", [input], ("approximate", approximate));
    }
}
