using Reverie.Onnx;
using Reverie.Tests.Onnx.Upgrade;

namespace Reverie.Tests.BadInput;

/// <summary>Graphs whose nodes do not hang together, or that are made of what Reverie does not support.</summary>
internal static class BadGraphs
{
    public static IEnumerable<BadModel> All =>
    [
        Graph("a cycle", "cycle", m => m.Node("Add", ["x", "b"], ["a"]).Node("Relu", ["a"], ["b"]).Node("Relu", ["b"], ["y"]).Gives("y")),
        Graph("a node that reads what it writes", "cycle", m => m.Node("Add", ["x", "y"], ["y"]).Gives("y")),
        Graph("a cycle of 10,000 nodes", "cycle", m =>
        {
            m.Node("Add", ["x", "t9999"], ["t0"]);
            for (var index = 1; index < 10_000; index++) m.Node("Relu", [$"t{index - 1}"], [$"t{index}"]);
            m.Gives("t9999");
        }),
        Graph("a missing tensor", "does not exist", m => m.Node("Add", ["x", "ghost"], ["y"]).Gives("y")),
        Graph("a tensor written twice", "written twice", m => m.Node("Relu", ["x"], ["y"]).Node("Tanh", ["x"], ["y"]).Gives("y")),
        Graph("a tensor written twice by one node", "written twice", m => m.Node("Split", ["x"], ["y", "y"], ("num_outputs", 2L)).Gives("y")),
        Graph("an input that a node writes", "written twice", m => m.Node("Relu", ["x"], ["x"]).Gives("x")),
        Graph("a constant that a node writes", "written twice", m => m.Node("Relu", ["x"], [m.Weights("w", 3)]).Gives("w")),
        Graph("an output that nothing computes", "computed by no node", m => m.Node("Relu", ["x"], ["y"]).Gives("z")),
        Graph("an output twice", "two outputs", m => m.Node("Relu", ["x"], ["y"]).Gives("y", "y")),
        Graph("no output", "no output", m => m.Node("Relu", ["x"], ["y"])),
        Graph("an input twice", "two inputs", m => { m.Input("x", 1, 3, 8, 8); m.Node("Relu", ["x"], ["y"]).Gives("y"); }),
        Graph("two pictures as inputs", "2 inputs", m => { m.Input("x2", 1, 3, 8, 8); m.Node("Add", ["x", "x2"], ["y"]).Gives("y"); }),
        Graph("a mask as second input", "2 inputs", m => { m.Input("mask", Tensor.Of([true]), ElementType.Bool, 1); m.Node("Where", ["mask", "x", "x"], ["y"]).Gives("y"); }),
        Graph("outputs that do not depend on the input", "do not depend", m => m.Node("Relu", [m.Weights("w", 3)], ["y"]).Gives("y")),
        Graph("no nodes", "do not depend", m => { m.Weights("w", 3); m.Gives("w"); }),
        BadModel.OfGraph("no input", "no input", m => m.Node("Relu", [m.Weights("w", 3)], ["y"]).Gives("y")),
        Graph("a node that writes nothing", "outputs", m => m.Node("Relu", ["x"], []).Node("Relu", ["x"], ["y"]).Gives("y")),
        Graph("a node that writes an empty name", "writes no tensor", m => m.Node("Relu", ["x"], [""]).Node("Relu", ["x"], ["y"]).Gives("y")),
        .. new[] { "LSTM", "GRU", "RoiAlign", "NonMaxSuppression", "StringNormalizer", "SequenceConstruct", "ImageScaler", "FC", "Conv2D", "conv", "" + (char)0x441 + "onv" }
            .Select(op => Graph($"the operator {op}", $"operator {op} ", m => m.Node(op, ["x"], ["y"]).Gives("y"))),
        .. new[] { "If", "Loop", "Scan" }.Select(op => Graph($"the control flow {op}", "control flow", m => m.Node(op, ["x"], ["y"]).Gives("y"))),
        .. new[] { "com.acme", "ai.onnx.ml", "com.microsoft", "org.pytorch.aten" }
            .Select(domain => Graph($"an operator of {domain}", $"operator {domain}.Attention (node node0) is not supported", m => m.Node(domain, "Attention", ["x"], ["y"]).Gives("y"))),
        Graph("an operator of a later opset", "from opset 14 on", m => m.Node("HardSwish", ["x"], ["y"]).Gives("y"), 13),
        Graph("an operator taken out of its opset", "up to opset 9", m => m.Node("Upsample", ["x", m.Constant("s", Tensor.Of<float>([1, 1, 2, 2], 4))], ["y"]).Gives("y"), 11),
        Graph("Scatter in opset 11", "up to opset 10", m => m.Node("Scatter", ["x", "x", "x"], ["y"]).Gives("y"), 11),
        Graph("an attribute of a later opset", "from opset 10 on", m => m.Node("MaxPool", ["x"], ["y"], ("kernel_shape", new long[] { 2, 2 }), ("ceil_mode", 1L)).Gives("y"), 9),
        Graph("an attribute of an earlier opset", "up to opset 10", m => m.Node("Clip", ["x"], ["y"], ("min", 0f)).Gives("y"), 13),
        Graph("an input of a later opset", "inputs", m => m.Node("Clip", ["x", m.Constant("lo", Tensor.Of([0f]))], ["y"]).Gives("y"), 10),
    ];

    private static BadModel Graph(string name, string says, Action<TestModel> build, long opset = 18) =>
        BadModel.OfGraph(name, says, model => { model.Input("x", 1, 3, 8, 8); build(model); }, opset);
}
