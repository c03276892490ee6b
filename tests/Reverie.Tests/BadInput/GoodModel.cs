using Reverie.Onnx;
using Reverie.Tests.Onnx.Upgrade;

namespace Reverie.Tests.BadInput;

/// <summary>A small valid network, to be damaged.</summary>
internal static class GoodModel
{
    public static TestModel Build(long opset = 18)
    {
        var m = new TestModel(opset);
        m.Input("image", 1, 3, 16, 16);
        m.Node("Conv", ["image", m.Weights("w1", 4, 3, 3, 3), m.Weights("b1", 4)], ["c1"], ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { 2, 2 }))
            .Node("BatchNormalization", ["c1", m.Positive("s", 4), m.Weights("b", 4), m.Weights("m", 4), m.Positive("v", 4)], ["n1"], ("epsilon", 1e-3f))
            .Node("Relu", ["n1"], ["r1"])
            .Node("MaxPool", ["r1"], ["p1"], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }))
            .Node("GlobalAveragePool", ["p1"], ["g"])
            .Node("Flatten", ["g"], ["f"])
            .Node("Gemm", ["f", m.Weights("w2", 5, 4), m.Weights("b2", 5)], ["logits"], ("transB", 1L))
            .Node("Softmax", ["logits"], ["probabilities"], ("axis", 1L))
            .Gives("probabilities");
        return m;
    }

    public static byte[] Bytes { get; } = Build().Model.ToBytes();
}
