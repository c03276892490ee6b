using Reverie.Onnx;

namespace Reverie.Tests.BadInput;

/// <summary>Normalisations, activations, products and reductions with impossible settings.</summary>
internal static class BadNodes
{
    public static IEnumerable<BadModel> All =>
    [
        .. new[] { float.NaN, float.PositiveInfinity, -1f }.Select(epsilon => BadModel.OfNode($"BatchNormalization: epsilon {epsilon}", "epsilon", "BatchNormalization",
            m => [m.Weights("s", 4), m.Weights("b", 4), m.Weights("m", 4), m.Positive("v", 4)], [("epsilon", epsilon)])),
        BadModel.OfNode("BatchNormalization: training mode", "training mode", "BatchNormalization", m => [m.Weights("s", 4), m.Weights("b", 4), m.Weights("m", 4), m.Positive("v", 4)], [("training_mode", 1L)]),
        BadModel.OfGraph("BatchNormalization: running statistics", "running statistics", m =>
        {
            m.Input("x", 1, 4, 8, 8);
            m.Node("BatchNormalization", ["x", m.Weights("s", 4), m.Weights("b", 4), m.Weights("m", 4), m.Positive("v", 4)], ["y", "mean", "var", "saved_mean", "saved_var"]).Gives("y");
        }, 8),
        BadModel.OfNode("BatchNormalization: scale of another length", "for 4 channels", "BatchNormalization", m => [m.Weights("s", 3), m.Weights("b", 4), m.Weights("m", 4), m.Positive("v", 4)]),
        BadModel.OfNode("BatchNormalization: mean of rank 2", "2 dimensions", "BatchNormalization", m => [m.Weights("s", 4), m.Weights("b", 4), m.Weights("m", 4, 1), m.Positive("v", 4)]),
        BadModel.OfNode("BatchNormalization: no variance", "4 inputs", "BatchNormalization", m => [m.Weights("s", 4), m.Weights("b", 4), m.Weights("m", 4)]),
        BadModel.OfNode("InstanceNormalization: bias of another length", "channels", "InstanceNormalization", m => [m.Weights("s", 4), m.Weights("b", 5)]),
        BadModel.OfNode("LayerNormalization: axis", "axis is 4", "LayerNormalization", m => [m.Weights("s", 8)], [("axis", 4L)]),
        BadModel.OfNode("GroupNormalization: no groups", "num_groups", "GroupNormalization", m => [m.Weights("s", 2), m.Weights("b", 2)], [("num_groups", 0L)]),
        BadModel.OfNode("GroupNormalization: groups that do not divide", "groups", "GroupNormalization", m => [m.Weights("s", 3), m.Weights("b", 3)], [("num_groups", 3L)]),
        BadModel.OfNode("LRN: even size", "even", "LRN", null, [("size", 4L)]),
        BadModel.OfNode("LRN: size 0", "size", "LRN", null, [("size", 0L)]),
        BadModel.OfNode("LRN: no size", "'size' is missing", "LRN"),
        BadModel.OfNode("LRN: alpha not a number", "alpha", "LRN", null, [("size", 5L), ("alpha", float.NaN)]),
        BadModel.OfNode("Softmax: axis", "axis is 9", "Softmax", null, [("axis", 9L)]),
        BadModel.OfNode("Softmax: axis below", "axis is -5", "Softmax", null, [("axis", -5L)]),
        BadModel.OfNode("LeakyRelu: alpha not a number", "alpha", "LeakyRelu", null, [("alpha", float.NaN)]),
        BadModel.OfNode("Elu: alpha infinite", "alpha", "Elu", null, [("alpha", float.NegativeInfinity)]),
        BadModel.OfNode("Celu: alpha 0", "alpha", "Celu", null, [("alpha", 0f)]),
        BadModel.OfNode("Clip: bound not a number", "not a number", "Clip", m => [m.Constant("lo", Tensor.Of([float.NaN]))]),
        BadModel.OfNode("Clip: bounds per channel", "4 elements", "Clip", m => [m.Weights("lo", 4)]),
        BadModel.OfNode("Dropout: training mode", "training mode", "Dropout", m => [m.Constant("r", Tensor.Of([0.5f])), m.Constant("t", Tensor.Of([true]))]),
        BadModel.OfNode("Dropout: ratio 2", "ratio", "Dropout", m => [m.Constant("r", Tensor.Of([2f]))]),
        BadModel.OfNode("Cast: no type", "'to' is missing", "Cast"),
        BadModel.OfNode("Cast: to text", "String", "Cast", null, [("to", 8L)]),
        BadModel.OfNode("Cast: to an unknown type", "99", "Cast", null, [("to", 99L)]),
        BadModel.OfNode("Add: three inputs", "3 inputs", "Add", _ => ["x", "x"]),
        BadModel.OfNode("Add: one input", "1 inputs", "Add"),
        BadModel.OfNode("Add: types differ", "differ in element type", "Add", m => [m.Ints("i", 1)]),
        BadModel.OfNode("And: of floats", "Float", "And", _ => ["x"]),
        BadModel.OfNode("Gelu: unknown approximation", "approximate", "Gelu", null, [("approximate", "sigmoid")], 20),
        BadModel.OfGraph("Div: integers by zero", "by zero", m => { m.Input("x", 2, 3); m.Node("Shape", ["x"], ["s"]).Node("Div", ["s", m.Ints("d", 1, 0)], ["q"]).Node("Reshape", ["x", "q"], ["y"]).Gives("y"); }),
        BadModel.OfGraph("Mod: integers by zero", "by zero", m => { m.Input("x", 2, 3); m.Node("Shape", ["x"], ["s"]).Node("Mod", ["s", m.Ints("d", 0)], ["q"]).Node("Reshape", ["x", "q"], ["y"]).Gives("y"); }),
        BadModel.OfNode("Gemm: of four dimensions", "4 dimensions", "Gemm", m => [m.Weights("w", 8, 8)]),
        BadModel.OfGraph("Gemm: sizes that do not fit", "do not fit", m => { m.Input("x", 2, 3); m.Node("Gemm", ["x", m.Weights("w", 4, 5)], ["y"]).Gives("y"); }),
        BadModel.OfNode("MatMul: sizes that do not fit", "do not fit", "MatMul", m => [m.Weights("w", 7, 3)]),
        BadModel.OfNode("MatMul: a scalar", "scalar", "MatMul", m => [m.Constant("w", Tensor.Of([1f]).Reshaped())]),
        BadModel.OfNode("Einsum: no equation", "'equation' is missing", "Einsum"),
        BadModel.OfNode("Einsum: equation of two terms", "2 terms", "Einsum", null, [("equation", "ab,bc->ac")]),
        BadModel.OfNode("Einsum: nonsense", "not an equation", "Einsum", null, [("equation", "x = y + 1; drop")]),
        BadModel.OfNode("ReduceMean: axis", "axes is 4", "ReduceMean", m => [m.Ints("a", 4)]),
        BadModel.OfNode("ReduceMean: axis repeated", "repeat", "ReduceMean", m => [m.Ints("a", 1, -3)]),
        BadModel.OfNode("ReduceMean: axes of an old opset", "axes is 8", "ReduceMean", null, [("axes", new long[] { 8 })], 13),
        BadModel.OfNode("ReduceSum: float axes", "integers belong", "ReduceSum", m => [m.Weights("a", 1)]),
        BadModel.OfNode("ReduceMax: keepdims 3", "keepdims", "ReduceMax", null, [("keepdims", 3L)]),
        BadModel.OfNode("ArgMax: axis", "axis is 5", "ArgMax", null, [("axis", 5L)]),
        BadModel.OfNode("CumSum: axis", "axis is 6", "CumSum", m => [m.Ints("a", 6)]),
        BadModel.OfGraph("TopK: more than there are", "largest of 4", m => { m.Input("x", 1, 4, 8, 8); m.Node("TopK", ["x", m.Ints("k", 5)], ["y", "i"], ("axis", 1L)).Gives("y"); }),
        BadModel.OfGraph("TopK: 0", "k is 0", m => { m.Input("x", 1, 4, 8, 8); m.Node("TopK", ["x", m.Ints("k", 0)], ["y", "i"]).Gives("y"); }),
        BadModel.OfNode("DequantizeLinear: scale 0", "scale", "DequantizeLinear", m => [m.Constant("s", Tensor.Of([0f]))]),
        BadModel.OfNode("QuantizeLinear: scale not a number", "scale", "QuantizeLinear", m => [m.Constant("s", Tensor.Of([float.NaN]))]),
        BadModel.OfNode("QuantizeLinear: in blocks", "blocked", "QuantizeLinear", m => [m.Positive("s", 1, 4, 8, 2)], [("block_size", 4L)], 21),
    ];
}
