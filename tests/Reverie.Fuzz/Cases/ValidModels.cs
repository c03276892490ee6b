using Reverie.Onnx;
using Reverie.Tests.BadInput;
using Reverie.Tests.Onnx.Upgrade;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Fuzz.Cases;

/// <summary>Small valid models that together hold most operators and most ways in which a file can say something.</summary>
internal static class ValidModels
{
    public static IReadOnlyList<byte[]> All { get; } =
    [
        GoodModel.Bytes, GoodModel.Build(opset: 11).Model.ToBytes(), Inception(), Residual(), Shapes(), Mobile(), Functions(), Attention(), OldOpset(), Quantised(), HalfPrecision(),
    ];

    private static long[] L(params long[] values) => values;

    private static byte[] Inception()
    {
        var m = new TestModel(9);
        m.Input("x", 1, 3, 15, 17);
        m.Node("Conv", ["x", m.Weights("w1", 8, 3, 3, 3), m.Weights("b1", 8)], ["c1"], ("auto_pad", "SAME_UPPER"), ("strides", L(2, 2)))
            .Node("LRN", ["c1"], ["n"], ("size", 5L), ("alpha", 1e-4f), ("beta", 0.75f), ("bias", 1f))
            .Node("Conv", ["n", m.Weights("w2", 8, 4, 3, 3)], ["c2"], ("group", 2L), ("pads", L(2, 2, 2, 2)), ("dilations", L(2, 2)))
            .Node("MaxPool", ["n"], ["p"], ("kernel_shape", L(3, 3)), ("pads", L(1, 1, 1, 1)), ("strides", L(1, 1)))
            .Node("AveragePool", ["n"], ["a"], ("kernel_shape", L(3, 3)), ("pads", L(1, 1, 1, 1)), ("count_include_pad", 1L))
            .Node("Concat", ["c2", "p", "a"], ["k"], ("axis", 1L))
            .Node("Dropout", ["k"], ["d"], ("ratio", 0.4f))
            .Node("GlobalMaxPool", ["d"], ["g"]).Node("Flatten", ["g"], ["f"])
            .Node("Gemm", ["f", m.Weights("w3", 24, 6), m.Weights("b3", 6)], ["l"], ("alpha", 0.5f)).Node("Softmax", ["l"], ["y"]).Gives("y");
        return m.Model.ToBytes();
    }

    private static byte[] Residual()
    {
        var m = new TestModel(13);
        m.Model.Graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), Dim.Of(3), Dim.Symbol("H"), Dim.Symbol("W")])));
        m.Node("Conv", ["x", m.Weights("w1", 4, 3, 3, 3)], ["c1"], ("pads", L(1, 1, 1, 1)), ("strides", L(2, 2)))
            .Node("Relu", ["c1"], ["r1"])
            .Node("Conv", ["r1", m.Weights("w2", 4, 4, 3, 3)], ["c2"], ("pads", L(1, 1, 1, 1)))
            .Node("BatchNormalization", ["c2", m.Positive("s", 4), m.Weights("b", 4), m.Weights("mean", 4), m.Positive("var", 4)], ["n2"])
            .Node("Add", ["n2", "r1"], ["a"])
            .Node("Clip", ["a", m.Constant("low", Tensor.Of([0f])), m.Constant("high", Tensor.Of([6f]))], ["r2"])
            .Node("ReduceMean", ["r2"], ["g"], ("axes", L(2, 3)), ("keepdims", 0L))
            .Node("MatMul", ["g", m.Weights("w3", 4, 5)], ["l"]).Node("LogSoftmax", ["l"], ["y"], ("axis", -1L)).Gives("y", "r2");
        return m.Model.ToBytes();
    }

    private static byte[] Shapes()
    {
        var m = new TestModel(17);
        m.Input("x", 2, 4, 6, 6);
        m.Node("Shape", ["x"], ["s"])
            .Node("Gather", ["s", m.Ints("zero", 0)], ["n"], ("axis", 0L))
            .Node("Concat", ["n", m.Ints("rest", 2, -1)], ["target"], ("axis", 0L))
            .Node("Reshape", ["x", "target"], ["r"])
            .Node("Transpose", ["r"], ["t"], ("perm", L(0, 2, 1)))
            .Node("Slice", ["t", m.Ints("from", 3), m.Ints("to", 60), m.Ints("axes", 1), m.Ints("steps", 2)], ["c"])
            .Node("Split", ["c", m.Ints("parts", 10, 19)], ["p", "q"], ("axis", 1L))
            .Node("Pad", ["p", m.Ints("pads", 0, 1, 0, 0, 2, 0)], ["e"], ("mode", "reflect"))
            .Node("Unsqueeze", ["e", m.Ints("one", 1)], ["u"])
            .Node("Tile", ["u", m.Ints("times", 1, 2, 1, 1)], ["v"])
            .Node("Expand", ["v", m.Ints("wide", 2, 2, 13, 2)], ["w"])
            .Node("ReduceMax", ["q"], ["z"], ("axes", L(1)), ("keepdims", 1L))
            .Node("Squeeze", ["z", m.Ints("first", 1)], ["flat"])
            .Node("ReduceSum", ["w", m.Ints("last", 3)], ["sum"], ("keepdims", 0L)).Gives("sum", "flat");
        return m.Model.ToBytes();
    }

    private static byte[] Mobile()
    {
        var m = new TestModel(18);
        m.Input("x", 1, 4, 9, 8);
        m.Node("Conv", ["x", m.Weights("w1", 4, 1, 3, 3)], ["c"], ("group", 4L), ("pads", L(1, 0, 1, 2)))
            .Node("HardSwish", ["c"], ["h"])
            .Node("GlobalAveragePool", ["h"], ["g"]).Node("Conv", ["g", m.Weights("w2", 4, 4, 1, 1)], ["e"]).Node("HardSigmoid", ["e"], ["gate"], ("alpha", 0.16666667f))
            .Node("Mul", ["h", "gate"], ["se"])
            .Node("Resize", ["se", "", m.Constant("scales", Tensor.Of<float>([1, 1, 2, 1.5f], 4))], ["up"], ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"))
            .Node("ConvTranspose", ["up", m.Weights("w3", 4, 2, 3, 3)], ["t"], ("strides", L(2, 2)), ("group", 2L), ("output_padding", L(1, 0)))
            .Node("InstanceNormalization", ["t", m.Positive("s", 4), m.Weights("b", 4)], ["n"])
            .Node("DepthToSpace", ["n"], ["d"], ("blocksize", 2L), ("mode", "CRD"))
            .Node("SpaceToDepth", ["d"], ["y"], ("blocksize", 2L)).Gives("y");
        return m.Model.ToBytes();
    }

    private static byte[] Functions()
    {
        var m = new TestModel(16);
        var last = m.Input("x", 1, 3, 5, 5);
        foreach (var op in new[] { "Elu", "Selu", "LeakyRelu", "Sigmoid", "Tanh", "Softplus", "Erf", "Abs", "Exp", "Neg", "Sqrt", "Softsign", "Reciprocal", "Celu", "ThresholdedRelu" })
        {
            if (op is "Sqrt" or "Reciprocal") m.Node("Abs", [last], [last = $"p_{op}"]);
            m.Node(op, [last], [last = $"y_{op}"]);
        }
        m.Node("PRelu", [last, m.Weights("slope", 3, 1, 1)], ["pr"]).Node("Pow", ["pr", m.Constant("two", Tensor.Of([2f]))], ["pw"])
            .Node("Max", ["pw", "x", m.Weights("c", 1, 3, 1, 1)], ["mx"]).Node("Min", ["mx", "x"], ["mn"]).Node("Sum", ["mn", "x", "pw"], ["su"]).Node("Mean", ["su", "x"], ["me"])
            .Node("Greater", ["me", "x"], ["gt"]).Node("Where", ["gt", "me", "x"], ["wh"]).Node("Cast", ["wh"], ["ca"], ("to", 1L)).Node("Div", ["ca", m.Positive("d", 5)], ["y"]).Gives("y");
        return m.Model.ToBytes();
    }

    private static byte[] Attention()
    {
        var m = new TestModel(17);
        m.Input("x", 1, 4, 4, 4);
        m.Node("Reshape", ["x", m.Ints("tokens", 0, 4, -1)], ["r"]).Node("Transpose", ["r"], ["t"], ("perm", L(0, 2, 1)))
            .Node("LayerNormalization", ["t", m.Positive("s", 4), m.Weights("b", 4)], ["n"], ("axis", -1L), ("epsilon", 1e-5f))
            .Node("MatMul", ["n", m.Weights("wq", 4, 4)], ["q"]).Node("MatMul", ["n", m.Weights("wk", 4, 4)], ["k"]).Node("Transpose", ["k"], ["kt"], ("perm", L(0, 2, 1)))
            .Node("MatMul", ["q", "kt"], ["a"]).Node("Softmax", ["a"], ["p"], ("axis", 2L)).Node("MatMul", ["p", "n"], ["o"])
            .Node("Einsum", ["o", m.Weights("we", 4, 3)], ["e"], ("equation", "bij,jk->bik"))
            .Node("Gather", ["e", m.Constant("index", Tensor.Of([0L]))], ["first"], ("axis", 1L))
            .Node("LpNormalization", ["first"], ["y"], ("axis", 1L)).Gives("y");
        return m.Model.ToBytes();
    }

    private static byte[] OldOpset()
    {
        var m = new TestModel(7);
        m.Input("x", 1, 2, 6, 6);
        m.Node("Upsample", ["x"], ["u"], ("mode", "nearest"), ("scales", (Attribute)new float[] { 1, 1, 2, 2 }))
            .Node("Pad", ["u"], ["p"], ("pads", L(0, 0, 1, 1, 0, 0, 1, 1)), ("value", 0.5f))
            .Node("Slice", ["p"], ["s"], ("axes", L(2)), ("starts", L(1)), ("ends", L(9)))
            .Node("Clip", ["s"], ["c"], ("min", 0f), ("max", 1f))
            .Node("Unsqueeze", ["c"], ["q"], ("axes", L(0))).Node("Squeeze", ["q"], ["v"], ("axes", L(0)))
            .Node("BatchNormalization", ["v", m.Positive("g", 2), m.Weights("b", 2), m.Weights("mean", 2), m.Positive("var", 2)], ["y"], ("spatial", 1L)).Gives("y");
        return m.Model.ToBytes();
    }

    private static byte[] Quantised()
    {
        var m = new TestModel(13);
        m.Input("x", 1, 2, 6, 6);
        m.Constant("q", Tensor.Of<sbyte>([.. Enumerable.Range(0, 36).Select(value => (sbyte)(value * 7 - 120))], 2, 2, 3, 3));
        m.Node("DequantizeLinear", ["q", m.Positive("scale", 2), m.Constant("zero", Tensor.Of<sbyte>([1, 2], 2))], ["w"], ("axis", 0L))
            .Node("Constant", [], ["bias"], ("value", (Attribute)Tensor.Of<float>([1, 2], 2)))
            .Node("Conv", ["x", "w", "bias"], ["y"]).Gives("y");
        return m.Model.ToBytes();
    }

    private static byte[] HalfPrecision()
    {
        var m = new TestModel(14, ElementType.Float16);
        m.Input("x", 1, 3, 8, 8);
        m.Node("Conv", ["x", m.Weights("w", 4, 3, 3, 3)], ["c"]).Node("Relu", ["c"], ["y"]).Gives("y");
        return m.Model.ToBytes();
    }
}
