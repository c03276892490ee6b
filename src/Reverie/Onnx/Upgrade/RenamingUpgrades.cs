namespace Reverie.Onnx.Upgrade;

/// <summary>What only changed its name or gained attributes that say nothing here: Scatter, GridSample 20, Cast 19, quantisation 19 to 23.</summary>
internal static class RenamingUpgrades
{
    public static IEnumerable<OperatorUpgrade> All =>
    [
        new("Scatter", 9, 10, Scatter),
        new("GridSample", 20, 24, GridSample),
        new("Cast", 19, 24, Cast),
        new("CastLike", 19, 24, Cast),
        new("QuantizeLinear", 19, 24, Quantize),
        new("DequantizeLinear", 19, 24, Dequantize),
    ];

    private static void Scatter(UpgradeContext context, Node node)
    {
        node.Op = "ScatterElements";
        context.Add(node);
    }

    private static void GridSample(UpgradeContext context, Node node)
    {
        node.Attributes["mode"] = node.String("mode", "linear") switch { "linear" => "bilinear", "cubic" => "bicubic", var mode => mode };
        context.Add(node);
    }

    // Saturation and rounding mode are about 8-bit floats, which are refused.
    private static void Cast(UpgradeContext context, Node node)
    {
        node.Attributes.Remove("saturate");
        node.Attributes.Remove("round_mode");
        context.Add(node);
    }

    private static void Quantize(UpgradeContext context, Node node)
    {
        foreach (var name in new[] { "saturate", "precision", "block_size" }) node.Attributes.Remove(name);
        if (node.Attributes.Remove("output_dtype", out var stated) && stated.Int != 0 && !node.HasInput(2))
        {
            // before opset 21 the zero point alone says the type
            var type = (ElementType)stated.Int;
            if (type.Size() == 0 || type.IsFloating()) throw new ReverieException($"{node.Describe()}: it quantises to {type}, which is not supported");
            var shape = context.Constant(node.Input(1)) is { } scale ? scale.Shape.ToArray() : [];
            UpgradeContext.SetInput(node, 2, context.Constant(node, "zero_point", new(type, shape, new byte[Tensor.CountOf(shape) * type.Size()])));
        }
        context.Add(node);
    }

    private static void Dequantize(UpgradeContext context, Node node)
    {
        node.Attributes.Remove("block_size");
        // every floating type becomes float32
        if (node.Attributes.Remove("output_dtype", out var type) && type.Int != 0 && !((ElementType)type.Int).IsFloating())
            throw new ReverieException($"{node.Describe()}: it dequantises to {(ElementType)type.Int}, which is not a floating type");
        context.Add(node);
    }
}
