using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Onnx;

/// <summary>Shapes that contradict each other, or are larger than anything can be, are refused in one line that names the node.</summary>
public class ShapeErrorTests
{
    public static TheoryData<string, string> Contradictions => new()
    {
        { "Conv", "operator Conv (node bad): the input has 4 channels, but the weights [8,3,3,3] in 1 group(s) expect 3" },
        { "Window", "operator MaxPool (node bad): its window of 9 does not fit into an input of 5 with padding 0; use a larger input" },
        { "Concat", "operator Concat (node bad): [1,4,5,6] and [1,4,5] cannot be concatenated: they have different numbers of dimensions" },
        { "ConcatSize", "operator Concat (node bad): [1,4,5,6] and [1,4,6,6] cannot be concatenated along axis 1" },
        { "MatMul", "operator MatMul (node bad): [1,4,5,6] and [5,7] cannot be multiplied: 6 columns meet 5 rows" },
        { "Add", "operator Add (node bad): the shapes [1,4,5,6] and [3,1,1] cannot be broadcast together" },
        { "PRelu", "operator PRelu (node bad): input 1 'c' of shape [4,1] cannot be broadcast to [1,4,5,6]" },
        { "LayerNormalization", "operator LayerNormalization (node bad): input 1 'c' of shape [4,5] cannot be broadcast to [6]" },
        { "Reshape", "operator Reshape (node bad): [1,4,5,6] has 120 elements and cannot be reshaped to [7,-1]" },
        { "Overflow", "operator ConstantOfShape (node bad): the tensor 'y' of shape [4000000000,4000000000,4000000000] has more than 2147483647 elements, the most that one tensor may have" },
        { "Bomb", "operator Tile (node bad): the tensor 'y' of shape [1,4,5,60000000000] has more than 2147483647 elements, the most that one tensor may have" },
        { "Negative", "operator Pad (node bad): the tensor 'y' would have the shape [1,4,5,-4], and a dimension cannot be negative" },
        { "Arithmetic", "operator Mul (node bad): the shape of 'y' overflows 64-bit integers" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void A_contradiction_is_refused_by_name(string which, string message)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [1, 4, 5, 6])));
        string Floats(params long[] shape) => graph.AddConstant("c", new Tensor(ElementType.Float, shape, new byte[4 * Tensor.CountOf(shape)]));
        string Ints(params long[] values) => graph.AddConstant("c", Tensor.Ints(values));
        var node = which switch
        {
            "Conv" => new Node("Conv", ["x", Floats(8, 3, 3, 3)], ["y"]),
            "Window" => new Node("MaxPool", ["x"], ["y"]) { Attributes = { ["kernel_shape"] = new long[] { 9, 1 } } },
            "Concat" => new Node("Concat", ["x", Floats(1, 4, 5)], ["y"]) { Attributes = { ["axis"] = 1 } },
            "ConcatSize" => new Node("Concat", ["x", Floats(1, 4, 6, 6)], ["y"]) { Attributes = { ["axis"] = 1 } },
            "MatMul" => new Node("MatMul", ["x", Floats(5, 7)], ["y"]),
            "Add" => new Node("Add", ["x", Floats(3, 1, 1)], ["y"]),
            "PRelu" => new Node("PRelu", ["x", Floats(4, 1)], ["y"]),
            "LayerNormalization" => new Node("LayerNormalization", ["x", Floats(4, 5)], ["y"]),
            "Reshape" => new Node("Reshape", ["x", Ints(7, -1)], ["y"]),
            "Overflow" => new Node("ConstantOfShape", [Ints(4000000000, 4000000000, 4000000000)], ["y"]),
            "Bomb" => new Node("Tile", ["x", Ints(1, 1, 1, 10000000000)], ["y"]),
            "Negative" => new Node("Pad", ["x", Ints(0, 0, 0, -5, 0, 0, 0, -5)], ["y"]),
            _ => new Node("Mul", [Ints(long.MaxValue), Ints(3)], ["y"]),
        };
        node.Name = "bad";
        graph.Nodes.Add(node);
        Assert.Equal(message, Assert.Throws<ReverieException>(() => ShapeInference.Infer(graph)).Message);
    }

    [Fact]
    public void An_input_that_does_not_fit_the_network_is_refused()
    {
        var graph = new Graph();
        graph.Inputs.Add(new("data", new(ElementType.Float, [Dim.Symbol("N"), 3, Dim.Symbol("H"), Dim.Symbol("W")])));
        graph.Nodes.Add(new("Conv", ["data", graph.AddConstant("w", new Tensor(ElementType.Float, [2, 3, 7, 7], new byte[4 * 2 * 3 * 49]))], ["y"]) { Name = "conv1" });
        Assert.Equal([5, 2, 4, 1], ShapeInference.Resolve(graph, new Dictionary<string, long[]> { ["data"] = [5, 3, 10, 7] })["y"]);
        Assert.Equal("operator Conv (node conv1): its window of 7 does not fit into an input of 6 with padding 0; use a larger input", Message([1, 3, 6, 100]));
        Assert.Equal("the input 'data' has the shape [N,3,H,W], so [1,4,20,20] does not fit", Message([1, 4, 20, 20]));
        Assert.Equal("the input 'data' has the shape [N,3,H,W], so [3,20,20] does not fit", Message([3, 20, 20]));
        Assert.StartsWith("operator Conv (node conv1): the tensor 'y' of shape [1,2,", Message([1, 3, 100000, 100000]), StringComparison.Ordinal);
        Assert.Equal("there is no input 'dat'; did you mean data?",
            Assert.Throws<ReverieException>(() => ShapeInference.Resolve(graph, new Dictionary<string, long[]> { ["dat"] = [1, 3, 8, 8] })).Message);

        string Message(long[] shape) =>
            Assert.Throws<ReverieException>(() => ShapeInference.Resolve(graph, new Dictionary<string, long[]> { ["data"] = shape })).Message;
    }

    [Fact]
    public void What_no_rule_knows_stays_unknown()
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [1, 4])));
        graph.Nodes.Add(new("Strange", ["x"], ["y"]) { Domain = "example" });
        graph.Nodes.Add(new("Relu", ["y"], ["z"]));
        graph.Types["y"] = new(ElementType.Float, null);
        ShapeInference.Infer(graph);
        Assert.Null(graph.TypeOf("z")!.Shape);
        Assert.Equal(ElementType.Float, graph.TypeOf("z")!.Element);
    }
}
