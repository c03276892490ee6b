using Reverie.Onnx;
using Reverie.Tests.Onnx.Upgrade;

namespace Reverie.Tests.Zoo;

/// <summary>Small networks as exporters other than PyTorch's write them, and operators of opset 18 and later; input <c>x</c>, output <c>y</c>.</summary>
internal static class HandBuiltModels
{
    /// <summary>The models by name, with the first and the last opset that has their operators in this form.</summary>
    public static IReadOnlyDictionary<string, (long From, long To, Func<TestModel, TestModel> Build)> All { get; } = new Dictionary<string, (long, long, Func<TestModel, TestModel>)>
    {
        ["a reshape to a computed shape"] = (13, 24, ComputedShape),
        ["channels last, SAME padding, as from TensorFlow"] = (13, 24, ChannelsLast),
        ["Upsample"] = (7, 9, Upsample),
        ["BatchNormalization left alone"] = (9, 24, BatchNormalization),
        ["quantised weights"] = (13, 24, QuantisedWeights),
        ["GroupNormalization and Mish"] = (18, 24, GroupNormalization),
        ["means, products, extremes"] = (18, 24, Reductions),
        ["attention by Einsum, with a triangle"] = (18, 24, Attention),
        ["LpPool and GatherElements"] = (18, 21, Pools), // ONNX Runtime lacks GlobalLpPool 22
        ["weights computed from the input"] = (18, 24, DynamicConvolution),
        ["circular padding"] = (19, 24, Circular),
        ["LayerNormalization and Gelu"] = (20, 24, Transformer),
    };

    private static TestModel Stem(this TestModel m, string output = "stem", long channels = 4)
    {
        m.Input("x", 1, 3, 9, 8);
        return m.Node("Conv", ["x", m.Weights("w0", channels, 3, 3, 3), m.Weights("b0", channels)], ["conv0"], ("pads", new long[] { 1, 1, 1, 1 })).Node("Softplus", ["conv0"], [output]);
    }

    // the head every model ends with: mean over space, matrix product
    private static TestModel Head(this TestModel m, string input, long channels) =>
        m.Node("GlobalAveragePool", [input], ["pooled"]).Node("Flatten", ["pooled"], ["flat"]).Node("Gemm", ["flat", m.Weights("wh", 5, channels), m.Weights("bh", 5)], ["y"], ("transB", 1L)).Gives("y");

    private static TestModel ComputedShape(TestModel m) => m.Stem()
        .Node("Shape", ["stem"], ["shape"]).Node("Gather", ["shape", m.Constant("zero", Tensor.Of([0L]))], ["n"]).Node("Unsqueeze", ["n", m.Ints("axes", 0)], ["n1"])
        .Node("Concat", ["n1", m.Ints("rest", -1)], ["target"], ("axis", 0L)).Node("Reshape", ["stem", "target"], ["flat"])
        .Node("MatMul", ["flat", m.Weights("w", 288, 4)], ["y"]).Gives("y");

    private static TestModel ChannelsLast(TestModel m)
    {
        m.Input("x", 1, 9, 8, 3);
        m.Node("Transpose", ["x"], ["first"], ("perm", new long[] { 0, 3, 1, 2 }))
            .Node("Conv", ["first", m.Weights("w0", 4, 3, 3, 3)], ["conv"], ("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 2 })).Node("Relu", ["conv"], ["relu"])
            .Node("Transpose", ["relu"], ["last"], ("perm", new long[] { 0, 2, 3, 1 })).Node("Add", ["last", m.Weights("bias", 4)], ["biased"])
            .Node("Transpose", ["biased"], ["first2"], ("perm", new long[] { 0, 3, 1, 2 }))
            .Node("MaxPool", ["first2"], ["pool"], ("auto_pad", "SAME_UPPER"), ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }))
            .Node("Transpose", ["pool"], ["last2"], ("perm", new long[] { 0, 2, 3, 1 }));
        if (m.Opset < 18) m.Node("ReduceMean", ["last2"], ["mean"], ("axes", new long[] { 1, 2 }), ("keepdims", 0L));
        else m.Node("ReduceMean", ["last2", m.Ints("axes", 1, 2)], ["mean"], ("keepdims", 0L));
        return m.Node("MatMul", ["mean", m.Weights("w", 4, 5)], ["y"]).Gives("y");
    }

    private static TestModel Upsample(TestModel m)
    {
        m.Stem();
        var scales = new float[] { 1, 1, 2, 2 };
        if (m.Opset < 9) m.Node("Upsample", ["stem"], ["larger"], ("mode", "nearest"), ("scales", scales));
        else m.Node("Upsample", ["stem", m.Constant("scales", Tensor.Of<float>(scales, 4))], ["larger"], ("mode", "linear"));
        return m.Node("Conv", ["larger", m.Weights("w1", 4, 4, 3, 3)], ["conv1"]).Head("conv1", 4);
    }

    private static TestModel BatchNormalization(TestModel m) => m.Stem()
        .Node("BatchNormalization", ["stem", m.Weights("s", 4), m.Weights("b", 4), m.Weights("m", 4), m.Positive("v", 4)], ["normal"], ("epsilon", 1e-3f))
        .Node("LeakyRelu", ["normal"], ["leaky"], ("alpha", 0.1f))
        .Node("AveragePool", ["leaky"], ["average"], ("kernel_shape", new long[] { 3, 2 }), ("pads", new long[] { 1, 0, 1, 1 }), ("strides", new long[] { 2, 2 }), ("count_include_pad", 1L))
        .Head("average", 4);

    private static TestModel QuantisedWeights(TestModel m)
    {
        m.Stem();
        var levels = Enumerable.Range(0, 4 * 4 * 9).Select(index => (sbyte)(index * 37 % 201 - 100)).ToArray();
        return m.Node("DequantizeLinear", [m.Constant("q", Tensor.Of<sbyte>(levels, 4, 4, 3, 3)), m.Constant("scale", Tensor.Of([0.01f, 0.02f, 0.015f, 0.0125f], 4)), m.Constant("zero", Tensor.Of<sbyte>([0, 3, -5, 7], 4))], ["w1"], ("axis", 0L))
            .Node("Conv", ["stem", "w1"], ["conv1"]).Node("Tanh", ["conv1"], ["tanh"]).Head("tanh", 4);
    }

    private static TestModel GroupNormalization(TestModel m)
    {
        var count = m.Opset < 21 ? 2 : 4;
        return m.Stem().Node("GroupNormalization", ["stem", m.Weights("s", count), m.Weights("b", count)], ["normal"], ("num_groups", 2L)).Node("Mish", ["normal"], ["mish"]).Head("mish", 4);
    }

    private static TestModel Reductions(TestModel m) => m.Stem()
        .Node("ReduceMin", ["stem", m.Ints("rows", 2)], ["least"]).Node("ReduceL1", ["conv0", m.Ints("columns", 3)], ["l1"]).Node("Reciprocal", ["l1"], ["inverse"])
        .Node("Celu", ["conv0"], ["celu"], ("alpha", 0.5f)).Node("Softsign", ["conv0"], ["softsign"]).Node("Mean", ["celu", "softsign", "stem", "least", "inverse"], ["mean"])
        .Node("ReduceProd", ["softsign", m.Ints("channels", 1)], ["product"]).Node("Tile", ["product", m.Ints("repeats", 1, 4, 1, 1)], ["tiled"])
        .Node("Sub", ["mean", "tiled"], ["all"]).Head("all", 4);

    private static TestModel Attention(TestModel m) => m.Stem()
        .Node("Reshape", ["stem", m.Ints("heads", 1, 2, 2, -1)], ["split"]).Node("Einsum", ["split", "split"], ["scores"], ("equation", "bhci,bhcj->bhij"))
        .Node("Trilu", ["scores"], ["lower"], ("upper", 0L)).Node("Softmax", ["lower"], ["weights"], ("axis", -1L))
        .Node("Einsum", ["weights", "split"], ["mixed"], ("equation", "bhij,bhcj->bhci")).Node("Reshape", ["mixed", m.Ints("back", 1, 4, 9, 8)], ["again"]).Head("again", 4);

    private static TestModel Pools(TestModel m)
    {
        m.Stem();
        var indices = Enumerable.Range(0, 4 * 3 * 4).Select(index => (long)(index * 5 % 4)).ToArray();
        return m.Node("LpPool", ["stem"], ["lp"], ("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 2, 2 }), ("p", 3L))
            .Node("Slice", ["lp", m.Ints("starts", 0), m.Ints("ends", 3), m.Ints("axis", 2)], ["part"])
            .Node("GatherElements", ["part", m.Constant("indices", Tensor.Of<long>(indices, 1, 4, 3, 4))], ["picked"], ("axis", 1L))
            .Node("GlobalLpPool", ["picked"], ["norm"], ("p", 2L)).Node("Flatten", ["norm"], ["y"]).Gives("y");
    }

    private static TestModel DynamicConvolution(TestModel m) => m.Stem()
        .Node("GlobalAveragePool", ["stem"], ["context"]).Node("Flatten", ["context"], ["flat0"]).Node("Gemm", ["flat0", m.Weights("wg", 4, 72)], ["kernels"])
        .Node("Tanh", ["kernels"], ["bounded"]).Node("Reshape", ["bounded", m.Ints("kernel", 4, 2, 3, 3)], ["w1"])
        .Node("Conv", ["stem", "w1"], ["conv1"], ("group", 2L), ("strides", new long[] { 2, 1 }), ("pads", new long[] { 1, 0, 1, 1 })).Head("conv1", 4);

    private static TestModel Circular(TestModel m) => m.Stem()
        .Node("Pad", ["stem", m.Ints("pads", 0, 0, 2, 1, 0, 0, 1, 2)], ["padded"], ("mode", "wrap"))
        .Node("Conv", ["padded", m.Weights("w1", 4, 4, 3, 3)], ["conv1"]).Node("Sin", ["conv1"], ["sin"]).Head("sin", 4);

    private static TestModel Transformer(TestModel m) => m.Stem()
        .Node("Reshape", ["stem", m.Ints("tokens", 0, 0, -1)], ["tokens0"]).Node("Transpose", ["tokens0"], ["tokens1"], ("perm", new long[] { 0, 2, 1 }))
        .Node("LayerNormalization", ["tokens1", m.Weights("s", 4), m.Weights("b", 4)], ["normal"], ("axis", -1L), ("epsilon", 1e-6f))
        .Node("MatMul", ["normal", m.Weights("w1", 4, 6)], ["wide"]).Node("Gelu", ["wide"], ["gelu"]).Node("MatMul", ["gelu", m.Weights("w2", 6, 4)], ["narrow"])
        .Node("Add", ["tokens1", "narrow"], ["sum"]).Node("ReduceMean", ["sum", m.Ints("axes", 1)], ["y"], ("keepdims", 0L)).Gives("y");
}
