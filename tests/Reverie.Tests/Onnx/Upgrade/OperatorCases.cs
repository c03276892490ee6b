using Reverie.Onnx;

namespace Reverie.Tests.Onnx.Upgrade;

/// <summary>A small model in every opset of a range.</summary>
internal sealed record OperatorCase(string Name, long From, long To, Func<TestModel, TestModel> Build);

/// <summary>Operators whose form changed between opsets, each in the form that its opset asks for.</summary>
internal static class OperatorCases
{
    public static IEnumerable<OperatorCase> All =>
    [
        new("Clip", 7, 24, m => m.Opset < 11 ? m.Unary("Clip", ("min", -0.5f), ("max", 1.5f)) : m.Unary("Clip", [m.Constant("lo", Tensor.Of([-0.5f])), m.Constant("hi", Tensor.Of([1.5f]))])),
        new("Clip max only", 7, 24, m => m.Opset < 11 ? m.Unary("Clip", ("max", 0.25f)) : m.Unary("Clip", ["", m.Constant("hi", Tensor.Of([0.25f]))])),
        .. new[] { "constant", "reflect", "edge" }.Select(mode => new OperatorCase($"Pad {mode}", 7, 24, m => m.Opset < 11
            ? m.Unary("Pad", ("pads", new long[] { 0, 0, 1, 2, 0, 0, 3, 1 }), ("mode", mode), ("value", 0.5f))
            : m.Unary("Pad", [m.Ints("pads", 0, 0, 1, 2, 0, 0, 3, 1), .. mode == "constant" ? new[] { m.Constant("v", Tensor.Of([0.5f])) } : []], ("mode", mode)))),
        new("Pad wrap", 19, 24, m => m.Unary("Pad", [m.Ints("pads", 0, 0, 1, 2, 0, 0, 3, 1)], ("mode", "wrap"))),
        new("Pad wrap axes", 19, 24, m => m.Unary("Pad", [m.Ints("pads", 3, 2, -1, 4), "", m.Ints("axes", 3, -2)], ("mode", "wrap"))),
        new("Pad axes", 18, 24, m => m.Unary("Pad", [m.Ints("pads", 1, 2, 3, 1), "", m.Ints("axes", 3, -2)])),
        new("Slice", 7, 24, m => m.Opset < 10
            ? m.Unary("Slice", ("starts", new long[] { 1, -3 }), ("ends", new long[] { int.MaxValue, -1 }), ("axes", new long[] { 1, 3 }))
            : m.Unary("Slice", [m.Ints("s", 1, -3), m.Ints("e", int.MaxValue, -1), m.Ints("a", 1, 3)])),
        new("Slice without axes", 7, 9, m => m.Unary("Slice", ("starts", new long[] { 0, 1 }), ("ends", new long[] { 2, 3 }))),
        new("Slice steps", 10, 24, m => m.Unary("Slice", [m.Ints("s", -1, 0), m.Ints("e", -1000, 100), m.Ints("a", 2, 3), m.Ints("t", -1, 2)])),
        new("Split", 7, 24, m => m.Opset < 13 ? m.Split([], ("axis", 1L), ("split", new long[] { 1, 3 })) : m.Split([m.Ints("sizes", 1, 3)], ("axis", 1L))),
        new("Split equal", 7, 24, m => m.Opset < 18 ? m.Split([], ("axis", 1L)) : m.Split([], ("axis", 1L), ("num_outputs", 2L))),
        new("Split uneven", 18, 24, m => m.Split([], ("axis", 3L), ("num_outputs", 2L))),
        new("Unsqueeze Squeeze", 7, 24, m => m.Opset < 13
            ? m.Chain(("Unsqueeze", [], [("axes", new long[] { 0, 3 })]), ("Squeeze", [], [("axes", new long[] { 3 })]), ("Squeeze", [], []))
            : m.Chain(("Unsqueeze", [m.Ints("a", 0, 3)], []), ("Squeeze", [m.Ints("b", 3)], []), ("Squeeze", [], []))),
        .. ReductionCases,
        new("TopK", 7, 24, m => m.TopK()),
        new("TopK smallest", 11, 24, m => m.TopK(("largest", 0L), ("sorted", 1L))),
        .. new[] { "Softmax", "LogSoftmax", "Hardmax" }.SelectMany(op => new[] { 1L, 2, 3, -1, -2 }.Select(axis => new OperatorCase($"{op} axis {axis}", 7, 24, m => m.Unary(op, ("axis", axis))))),
        .. new[] { "Softmax", "LogSoftmax" }.Select(op => new OperatorCase($"{op} default", 7, 24, m => m.Unary(op))),
        new("Softmax of unknown rank", 7, 12, m => m.Hidden("Softmax", ("axis", 1L))),
        new("BatchNormalization", 7, 24, m => m.BatchNormalization([3], m.Opset < 9 ? [("spatial", 1L)] : m.Opset >= 14 ? [("training_mode", 0L)] : [("momentum", 0.5f)])),
        new("BatchNormalization per feature", 7, 8, m => m.BatchNormalization([4, 5, 6], [("spatial", 0L)])),
        new("PRelu", 7, 24, m => m.Unary("PRelu", [m.Weights("slope", 4, 1, 1)])),
        new("PRelu scalar", 7, 24, m => m.Unary("PRelu", [m.Weights("slope", 1)])),
        new("GroupNormalization", 18, 24, m => m.GroupNormalization()),
        new("GroupNormalization of unknown rank and scale", 21, 24, m => m.GroupNormalization(hidden: true)),
        new("Dropout", 7, 24, m => m.Opset < 12 ? m.Unary("Dropout", ("ratio", 0.75f)) : m.Unary("Dropout", [m.Constant("r", Tensor.Of([0.75f])), m.Constant("off", Tensor.Of([false]))])),
        new("Dropout mask", 10, 24, m => { m.Unary("Dropout"); m.Model.Graph.Nodes[0].Outputs.Add("mask"); return m.Gives(ElementType.Bool, "mask"); }),
        new("Scatter", 9, 24, m => m.Unary(m.Opset < 11 ? "Scatter" : "ScatterElements", [m.Constant("i", Tensor.Of([0L, 1, 3, 2], [1, 1, 2, 2])), m.Weights("u", 1, 1, 2, 2)], ("axis", 2L))),
        new("RMSNormalization", 23, 24, m => m.Unary("RMSNormalization", [m.Weights("s", 5)])),
        new("RMSNormalization axis", 23, 24, m => m.Unary("RMSNormalization", [m.Weights("s", 4, 5)], ("axis", 2L))),
        new("Swish", 24, 24, m => m.Unary("Swish", ("alpha", 1.5f))),
        .. new[] { "none", "tanh" }.Select(kind => new OperatorCase($"Gelu {kind}", 20, 24, m => m.Unary("Gelu", ("approximate", kind)))),
        .. new[] { "Gelu", "FastGelu", "QuickGelu" }.Select(op => new OperatorCase($"com.microsoft.{op}", 11, 20, m => m.Microsoft(op))),
        new("com.microsoft.BiasGelu", 11, 20, m => m.Microsoft("BiasGelu", m.Weights("b", 5))),
        new("com.microsoft.FastGelu with bias", 11, 20, m => m.Microsoft("FastGelu", m.Weights("b", 5))),
        new("Shape", 7, 24, m => { m.Input("x", 2, 4, 4, 5); return m.Node("Shape", ["x"], ["y"], m.Opset < 15 ? [] : [("start", 1L), ("end", -1L)]).Gives(ElementType.Int64, "y"); }),
        new("Reshape", 7, 24, m => m.Unary("Reshape", [m.Ints("shape", 0, -1, 5)], m.Opset < 14 ? [] : [("allowzero", 0L)])),
        new("Flatten negative", 11, 24, m => m.Unary("Flatten", ("axis", -2L))),
        new("Gemm", 7, 24, m => { m.Input("x", 3, 4); return m.Node("Gemm", ["x", m.Weights("w", 5, 4), m.Weights("b", 5)], ["y"], ("transB", 1L), ("alpha", 0.5f)).Gives("y"); }),
        new("Cast", 7, 24, m => m.Unary("Cast", [], m.Opset < 19 ? [("to", 1L)] : [("to", 1L), ("saturate", 1L)])),
        new("GridSample", 16, 24, m => { m.Input("x", 1, 2, 4, 5); m.Input("g", 1, 3, 3, 2); return m.Node("GridSample", ["x", "g"], ["y"], m.Opset < 20 ? [("mode", "bicubic")] : [("mode", "cubic")]).Gives("y"); }),
        .. WindowCases.All, .. ResizeCases.All, .. QuantizationCases.All,
    ];

    private static IEnumerable<OperatorCase> ReductionCases =>
        Reverie.Onnx.Schema.ReductionOperators.Reductions.SelectMany(op => new OperatorCase[]
        {
            new(op, 7, 24, m => op != "ReduceSum" && m.Opset < 18 || m.Opset < 13 ? m.Absolute(op, [], ("axes", new long[] { 1, 3 }), ("keepdims", 0L)) : m.Absolute(op, [m.Ints("axes", 1, 3)], ("keepdims", 0L))),
            new($"{op} negative", 11, 24, m => op != "ReduceSum" && m.Opset < 18 || m.Opset < 13 ? m.Absolute(op, [], ("axes", new long[] { -2, 0 })) : m.Absolute(op, [m.Ints("axes", -2, 0)])),
            new($"{op} all", 7, 24, m => m.Absolute(op, [])),
        });
}
