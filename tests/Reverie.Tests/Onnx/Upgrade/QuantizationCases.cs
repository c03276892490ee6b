using Reverie.Onnx;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Tests.Onnx.Upgrade;

/// <summary>QuantizeLinear followed by DequantizeLinear.</summary>
internal static class QuantizationCases
{
    public static IEnumerable<OperatorCase> All =>
    [
        new("Quantize Dequantize", 10, 24, m => m.There([], m.Constant("scale", Tensor.Of([0.1f])), m.Constant("zero", Tensor.Of([(byte)128])), [])),
        new("Quantize Dequantize per channel", 13, 24, m => m.There([("axis", 1L)], m.Positive("scale", 4), m.Constant("zero", Tensor.Of<sbyte>([0, 1, 2, 3], 4)), [])),
        new("Quantize to a stated type", 21, 24, m => m.There([("axis", 1L)], m.Positive("scale", 4), "", [("output_dtype", (long)ElementType.Int8)])),
    ];

    private static TestModel There(this TestModel m, (string, Attribute)[] axis, string scale, string zero, (string, Attribute)[] attributes)
    {
        string[] more = zero.Length > 0 ? [scale, zero] : [scale];
        return m.Node("QuantizeLinear", [m.Input("x", 2, 4, 4, 5), .. more], ["q"], [.. axis, .. attributes])
            .Node("DequantizeLinear", ["q", .. more], ["y"], axis).Gives("y");
    }
}
