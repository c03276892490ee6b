using Reverie.Onnx;

namespace Reverie.Tests.BadInput;

/// <summary>Small files that ask for gigabytes.</summary>
internal static class BombModels
{
    public static IEnumerable<BadModel> All =>
    [
        BadModel.OfGraph("bomb: ConstantOfShape", "limit", m => { m.Input("x", 1, 4, 8, 8); m.Node("ConstantOfShape", [m.Ints("s", 65536, 65536)], ["c"]).Node("Add", ["x", "c"], ["y"]).Gives("y"); }),
        BadModel.OfGraph("bomb: ConstantOfShape that overflows", "limit", m => { m.Input("x", 1, 4, 8, 8); m.Node("ConstantOfShape", [m.Ints("s", long.MaxValue, long.MaxValue)], ["c"]).Node("Add", ["x", "c"], ["y"]).Gives("y"); }),
        BadModel.OfGraph("bomb: ConstantOfShape with a negative dimension", "-8", m => { m.Input("x", 1, 4, 8, 8); m.Node("ConstantOfShape", [m.Ints("s", 8, -8)], ["c"]).Node("Add", ["x", "c"], ["y"]).Gives("y"); }),
        BadModel.OfGraph("bomb: ConstantOfShape of a computed shape", "ConstantOfShape", m =>
        {
            m.Input("x", 1, 4, 8, 8);
            m.Node("Shape", ["x"], ["s"]).Node("Mul", ["s", m.Ints("k", 1, 1000, 1000, 1000)], ["t"]).Node("ConstantOfShape", ["t"], ["c"]).Node("ReduceSum", ["c"], ["r"]).Node("Add", ["x", "r"], ["y"]).Gives("y");
        }),
        BadModel.OfGraph("bomb: squares of squares", "Mul", m =>
        {
            m.Input("x", 1, 4, 8, 8);
            m.Node("Shape", ["x"], ["s0"]);
            for (var index = 0; index < 40; index++) m.Node("Mul", [$"s{index}", $"s{index}"], [$"s{index + 1}"]);
            m.Node("Expand", ["x", "s40"], ["y"]).Gives("y");
        }),
        BadModel.OfGraph("bomb: the tensor doubles forty times", "Concat", m =>
        {
            m.Input("t0", 1, 4, 8, 8);
            for (var index = 0; index < 40; index++) m.Node("Concat", [$"t{index}", $"t{index}"], [$"t{index + 1}"], ("axis", 1L));
            m.Gives("t40");
        }),
        BadModel.OfGraph("bomb: a product of two vectors", "2 GiB", m =>
        {
            m.Input("x", 1, 4, 8, 8);
            m.Node("Reshape", ["x", m.Ints("s", -1, 1)], ["c"]).Node("MatMul", ["c", m.Constant("r", Tensor.Of<float>(new float[1 << 22], 1, 1 << 22))], ["y"]).Gives("y");
        }),
        BadModel.OfNode("bomb: Expand", "limit", "Expand", m => [m.Ints("s", 1_000_000, 4, 8, 8)]),
        BadModel.OfNode("bomb: Expand that overflows", "limit", "Expand", m => [m.Ints("s", 1L << 62, 4, 8, 8)]),
        BadModel.OfNode("bomb: Tile", "limit", "Tile", m => [m.Ints("r", 1000, 1000, 100, 100)]),
        BadModel.OfNode("bomb: Tile of negative repeats", "-1", "Tile", m => [m.Ints("r", 1, 1, 1, -1)]),
        BadModel.OfNode("bomb: Tile of another rank", "dimensions", "Tile", m => [m.Ints("r", 1, 1)]),
        BadModel.OfGraph("bomb: Range", "limit", m => { m.Input("x", 1, 4, 8, 8); m.Node("Range", [m.Constant("a", Tensor.Of([0f]).Reshaped()), m.Constant("b", Tensor.Of([1e9f]).Reshaped()), m.Constant("c", Tensor.Of([1f]).Reshaped())], ["r"]).Node("ReduceSum", ["r"], ["s"]).Node("Add", ["x", "s"], ["y"]).Gives("y"); }),
        BadModel.OfGraph("bomb: Range without a step", "step is 0", m => { m.Input("x", 1, 4, 8, 8); m.Node("Range", [m.Constant("a", Tensor.Of([0f]).Reshaped()), m.Constant("b", Tensor.Of([1f]).Reshaped()), m.Constant("c", Tensor.Of([0f]).Reshaped())], ["r"]).Node("ReduceSum", ["r"], ["s"]).Node("Add", ["x", "s"], ["y"]).Gives("y"); }),
        BadModel.OfGraph("bomb: Range to infinity", "finite", m => { m.Input("x", 1, 4, 8, 8); m.Node("Range", [m.Constant("a", Tensor.Of([0f]).Reshaped()), m.Constant("b", Tensor.Of([float.PositiveInfinity]).Reshaped()), m.Constant("c", Tensor.Of([1f]).Reshaped())], ["r"]).Node("ReduceSum", ["r"], ["s"]).Node("Add", ["x", "s"], ["y"]).Gives("y"); }),
        BadModel.OfGraph("bomb: OneHot", "depth", m => { m.Input("x", 1, 4, 8, 8); m.Node("ArgMax", ["x"], ["i"]).Node("OneHot", ["i", m.Ints("d", 1L << 40), m.Weights("v", 2)], ["o"]).Node("ReduceSum", ["o"], ["s"]).Node("Add", ["x", "s"], ["y"]).Gives("y"); }),
        BadModel.OfNode("bomb: Pad", "limit", "Pad", m => [m.Ints("p", 0, 0, 50_000, 50_000, 0, 0, 0, 0)]),
        BadModel.OfNode("bomb: Pad that overflows", "beyond", "Pad", m => [m.Ints("p", 0, 0, long.MaxValue, 0, 0, 0, 1, 0)]),
        BadModel.OfNode("bomb: Resize by scales", "scale", "Resize", m => ["", m.Constant("s", Tensor.Of<float>([1, 1, 1e9f, 1], 4))]),
        BadModel.OfNode("bomb: Resize by allowed scales", "limit", "Resize", m => ["", m.Constant("s", Tensor.Of<float>([1, 1, 1000, 1000], 4))]),
        BadModel.OfNode("bomb: Resize to sizes", "limit", "Resize", m => ["", "", m.Ints("z", 1, 4, 100_000, 100_000)]),
        BadModel.OfNode("bomb: Upsample", "limit", "Upsample", null, [("scales", new[] { 1f, 1, 1000, 1000 })], 7),
    ];
}
