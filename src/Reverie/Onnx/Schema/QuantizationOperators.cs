namespace Reverie.Onnx.Schema;

/// <summary>Linear quantisation, as in models whose weights are stored in 8 bits.</summary>
internal static class QuantizationOperators
{
    public static IEnumerable<OperatorSchema> All =>
    [
        Linear("QuantizeLinear").Types("***").Flag("saturate", since: 19).Int("precision", since: 23),
        Linear("DequantizeLinear").Types("***"),
    ];

    private static OperatorSchema Linear(string name) => new OperatorSchema(name, 10).In(2, 3).Int("axis", since: 13).Int("block_size", 0, int.MaxValue, since: 21)
        .Int("output_dtype", since: name == "QuantizeLinear" ? 21 : 23).Must(Check);

    private static void Check(NodeCheck check)
    {
        if (check.Node.Int("block_size", 0) != 0) check.Fail("blocked quantisation is not supported; quantise per tensor or per channel");
        if (check.Type(1) is { Element: not ElementType.Undefined } scale && !scale.Element.IsFloating()) check.Fail($"its scale holds {scale.Element} where floats belong");
        if (check.Constant(1) is { } scales && scales.ToDoubles().Any(value => !double.IsFinite(value) || value == 0)) check.Fail("its scale holds 0 or a number that is not finite");
        if (check.Rank(1) is > 1) check.Fail($"its scale has {check.Rank(1)} dimensions where a number or one per channel belongs");
        if (check.Rank(1) is 1 && check.Type(1)?.KnownShape is not [1]) check.Axis(check.Node.Int("axis", 1), check.Rank(0));
        var (expected, zero) = (check.Type(1)?.KnownShape, check.Type(2)?.KnownShape);
        if (expected is not null && zero is not null && Tensor.CountOf(expected) != Tensor.CountOf(zero)) check.Fail("its scale and its zero point differ in shape");
    }
}
