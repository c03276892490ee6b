using Reverie.Onnx;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Tests.Onnx.Upgrade;

/// <summary>Convolutions and pools.</summary>
internal static class WindowCases
{
    public static IEnumerable<OperatorCase> All =>
    [
        new("Conv", 7, 24, m => { m.Input("x", 2, 4, 7, 8); return m.Node("Conv", ["x", m.Weights("w", 6, 2, 3, 2), m.Weights("b", 6)], ["y"], ("group", 2L), ("pads", new long[] { 1, 0, 2, 1 }), ("strides", new long[] { 2, 1 })).Gives("y"); }),
        new("Conv 1-D", 7, 24, m => { m.Input("x", 2, 4, 9); return m.Node("Conv", ["x", m.Weights("w", 6, 4, 3)], ["y"], ("auto_pad", "SAME_UPPER")).Gives("y"); }),
        new("ConvTranspose", 7, 24, m => { m.Input("x", 1, 4, 3, 4); return m.Node("ConvTranspose", ["x", m.Weights("w", 4, 2, 3, 3)], ["y"], ("strides", new long[] { 2, 2 }), ("output_padding", new long[] { 1, 0 })).Gives("y"); }),
        new("MaxPool", 7, 24, m => m.Pool("MaxPool")),
        new("MaxPool ceil", 10, 24, m => m.Pool("MaxPool", ("ceil_mode", 1L))),
        new("MaxPool dilated", 10, 24, m => m.Pool("MaxPool", ("dilations", new long[] { 2, 1 }))),
        new("MaxPool indices", 8, 24, m => { m.Pool("MaxPool"); m.Model.Graph.Nodes[0].Outputs.Add("i"); return m.Gives(ElementType.Int64, "i"); }),
        new("AveragePool", 7, 24, m => m.Pool("AveragePool")),
        new("AveragePool with padding", 7, 24, m => m.Pool("AveragePool", ("count_include_pad", 1L))),
        new("AveragePool ceil", 10, 24, m => m.Pool("AveragePool", ("ceil_mode", 1L))),
        new("AveragePool ceil with padding", 10, 24, m => m.Pool("AveragePool", ("ceil_mode", 1L), ("count_include_pad", 1L))),
        new("AveragePool of dilation 1", 19, 24, m => m.Pool("AveragePool", ("dilations", new long[] { 1, 1 }))),
        new("AveragePool dilated", 19, 24, m => m.Pool("AveragePool", ("dilations", new long[] { 2, 1 }))),
        new("AveragePool dilated with padding", 19, 24, m => m.Pool("AveragePool", ("dilations", new long[] { 1, 2 }), ("count_include_pad", 1L))),
        new("LpPool", 7, 24, m => m.Pool("LpPool", ("p", 2L))),
        new("GlobalLpPool", 7, 21, m => m.Unary("GlobalLpPool", ("p", 2L))),
        new("LRN", 7, 24, m => m.Unary("LRN", ("size", 3L), ("alpha", 0.5f))),
        new("InstanceNormalization", 7, 24, m => m.Unary("InstanceNormalization", [m.Weights("s", 4), m.Weights("b", 4)])),
    ];

    private static TestModel Pool(this TestModel m, string op, params (string, Attribute)[] attributes)
    {
        m.Input("x", 2, 3, 8, 9);
        return m.Node(op, ["x"], ["y"], [("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 0, 1, 1 }), .. attributes]).Gives("y");
    }
}
