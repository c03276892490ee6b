using CsCheck;
using Microsoft.ML.OnnxRuntime;
using Reverie.Onnx;
using Reverie.Onnx.Evaluation;
using Reverie.Onnx.Rewrites;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Onnx;

public class RewriteTests
{
    public static TheoryData<string> Foldable =>
    [
        "Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand", "Tile", "Transpose", "Slice", "Concat", "Gather", "Cast", "CastLike", "DequantizeLinear",
        "ConstantOfShape", "Range", "Where", "Add", "Sub", "Mul", "Div", "Mod", "Max", "Min", "Neg", "Abs", "Sqrt", "Reciprocal", "Floor", "Ceil", "Round",
        "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor", "Not",
    ];

    [Theory]
    [MemberData(nameof(Foldable))]
    public void What_is_folded_is_what_ONNX_Runtime_computes_to_the_bit(string op)
    {
        var compared = 0;
        Gen.Int.Sample(seed =>
        {
            var sample = OperatorCases.All[op](new Random(seed));
            // floats, and the same in small integers
            foreach (var integers in (bool[])[false, true])
            {
                var inputs = sample.Inputs.ToDictionary(input => input.Key, input => integers && input.Value.Type == ElementType.Float
                    ? Tensor.Of<long>([.. input.Value.ToDoubles().Select(value => (long)Math.Round(3 * value) is var whole && whole == 0 ? 1 : whole)], input.Value.Shape)
                    : input.Value);
                var graph = sample.ToGraph();
                for (var index = 0; index < graph.Inputs.Count; index++)
                    graph.Inputs[index] = graph.Inputs[index] with { Type = new(inputs[graph.Inputs[index].Name].Type, graph.Inputs[index].Type.Shape) };
                Tensor actual;
                try
                {
                    actual = OnnxRuntimeReference.Run(graph, inputs)["y0"];
                }
                catch (OnnxRuntimeException)
                {
                    continue;
                }
                var constants = graph.Nodes[0].Inputs.Select(name => inputs.GetValueOrDefault(name) ?? sample.Constants.GetValueOrDefault(name)).ToArray();
                if (Evaluator.Evaluate(graph.Nodes[0], constants, actual.Type, actual.Shape.ToArray()) is not { } folded) continue;
                Interlocked.Increment(ref compared);
                Assert.Equal(actual.ToString(), folded.ToString());
                Assert.True(actual.Data.Span.SequenceEqual(folded.Data.Span), $"{sample} (seed {seed})");
            }
        }, iter: 25, threads: 1);
        Assert.True(compared >= 4, $"only {compared} results were compared");
    }

    public static TheoryData<string> Operators => [.. OperatorCases.All.Keys.Where(op => !op.StartsWith("Random", StringComparison.Ordinal) && op != "Bernoulli")];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Any_operator_on_constants_is_folded_rightly_or_left(string op) =>
        Gen.Int.Sample(seed =>
        {
            var sample = OperatorCases.All[op](new Random(seed));
            var graph = sample.ToGraph();
            Dictionary<string, Tensor> actual;
            try
            {
                actual = OnnxRuntimeReference.Run(graph, sample.Inputs, sample.Opset);
            }
            catch (OnnxRuntimeException)
            {
                return;
            }
            graph.Inputs.Clear();
            foreach (var (name, tensor) in sample.Inputs) graph.Constants[name] = tensor;
            graph.Outputs.Clear();
            ConstantFolding.Apply(graph);
            if (graph.Nodes.Count > 0) return;
            foreach (var (name, tensor) in actual)
                Assert.True(tensor.ToString() == graph.Constants[name].ToString() && tensor.Data.Span.SequenceEqual(graph.Constants[name].Data.Span), $"{sample} (seed {seed})");
        }, iter: 15, threads: 1);

    [Fact]
    public void Shape_computations_become_constants_where_shapes_are_known()
    {
        // x.view(x.size(0), -1), as PyTorch's exporter writes it
        var graph = ViewGraph(2, 3, 4, 5);
        ConstantFolding.Apply(graph);
        DeadCode.Remove(graph);
        Assert.Equal("y = Reshape(x, target)", Assert.Single(graph.Nodes).ToString());
        Assert.Equal([2, -1], graph.Constants["target"].ToInts());
        Assert.Single(graph.Constants);

        var free = ViewGraph(Dim.Symbol("N"), 3, 4, 5);
        ConstantFolding.Apply(free);
        Assert.Equal(5, free.Nodes.Count);
        ShapeInference.Infer(free);
        Assert.Equal("Float[N,60]", free.TypeOf("y")!.ToString());
    }

    [Fact]
    public void A_bomb_is_not_folded()
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [1])));
        for (var index = 0; index < 40; index++)
        {
            graph.Nodes.Add(new("Expand", [graph.AddConstant("one", Tensor.Scalar(1)), graph.AddConstant("size", Tensor.Ints(1 << 22))], [$"e{index}"]));
            graph.Nodes.Add(new("Add", [index == 0 ? "x" : $"s{index - 1}", $"e{index}"], [$"s{index}"]));
        }
        graph.Outputs.Add(new("s39", new(ElementType.Float, null)));
        ConstantFolding.Apply(graph);
        // 16 MiB each: four fit into 64 MiB, less the few bytes of the constants
        Assert.InRange(graph.Constants.Values.Sum(constant => (long)constant.Data.Length), 1, ConstantFolding.DefaultByteLimit + 4096);
        Assert.InRange(graph.Nodes.Count(node => node.Op == "Expand"), 36, 40);
    }

    [Fact]
    public void Arithmetic_that_rounds_is_left_to_double_precision()
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [2])));
        graph.Constants["a"] = Tensor.Of<float>([1, 4], 2);
        graph.Constants["b"] = Tensor.Of<float>([3, 3], 2);
        graph.Nodes.Add(new("Add", ["a", "b"], ["exact"]));
        graph.Nodes.Add(new("Div", ["a", "b"], ["rounded"]));
        graph.Nodes.Add(new("Sum", ["x", "exact", "rounded"], ["y"]));
        graph.Outputs.Add(new("y", new(ElementType.Float, null)));
        ConstantFolding.Apply(graph);
        Assert.Equal(["Div", "Sum"], graph.Nodes.Select(node => node.Op));
        Assert.Equal([4, 7], graph.Constants["exact"].ToDoubles());
    }

    [Fact]
    public void Identities_go_and_every_name_stays_addressable()
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [1, 4])));
        graph.Nodes.Add(new("Identity", ["x"], ["a"]));
        graph.Nodes.Add(new("Cast", ["a"], ["b"]) { Attributes = { ["to"] = 1L } });
        graph.Nodes.Add(new("Relu", ["b"], ["c"]));
        graph.Nodes.Add(new("Dropout", ["c"], ["d"]));
        graph.Nodes.Add(new("Neg", ["c"], ["e"]));
        graph.Nodes.Add(new("Identity", ["d"], ["out"]));
        graph.Nodes.Add(new("Identity", ["c"], ["out2"]));
        graph.Nodes.Add(new("Identity", ["x"], ["out3"]));
        graph.Nodes.Add(new("Exp", ["e"], ["unused"]));
        foreach (var output in (string[])["out", "out2", "out3", "e"]) graph.Outputs.Add(new(output, new(ElementType.Float, [1, 4])));
        var input = new Dictionary<string, Tensor> { ["x"] = OnnxRuntimeReference.Random(new Random(1), 1, 4) };
        var before = OnnxRuntimeReference.Run(graph, input);
        RemoveIdentity.Apply(graph);
        DeadCode.Remove(graph);
        Assert.Equal(["out = Relu(x)", "e = Neg(out)", "out2 = Identity(out)", "out3 = Identity(x)"], graph.Nodes.Select(node => node.ToString()));
        Assert.Equal("x", graph.Resolve("b"));
        Assert.Equal("out", graph.Resolve("c"));
        Assert.Equal("out", graph.Resolve("d"));
        Assert.Equal("e", graph.Resolve("e"));
        Assert.NotEqual("c", graph.Fresh("c"));
        Assert.Equal("out", Assert.Single(graph.Cut(["d"]).Outputs).Name);
        foreach (var (name, tensor) in OnnxRuntimeReference.Run(graph, input)) Assert.Equal(0, OnnxRuntimeReference.Difference(tensor, before[name]));
    }

    [Fact]
    public void Training_Dropout_stays()
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [1, 4])));
        graph.Nodes.Add(new("Dropout", ["x", graph.AddConstant("ratio", Tensor.Scalar(0.5)), graph.AddConstant("training", Tensor.Of([true]))], ["y"]));
        graph.Outputs.Add(new("y", new(ElementType.Float, [1, 4])));
        RemoveIdentity.Apply(graph);
        Assert.Equal("Dropout", Assert.Single(graph.Nodes).Op);
    }

    [Theory]
    [InlineData("googlenet.onnx")]
    [InlineData("squeezenet1.1.onnx")]
    [InlineData("vgg19-16x.onnx")]
    [InlineData("reverie-s.onnx")]
    public void A_real_network_computes_the_same_after_all_rewrites(string file)
    {
        var model = CanonicalModel.Load(Shared.Require("models", file)).Model;
        var shape = model.Graph.Inputs[0].Type.Shape!.Select((dim, axis) => dim.Value ?? (axis == 0 ? 1 : 64)).ToArray();
        var image = new Dictionary<string, Tensor> { [model.Graph.Inputs[0].Name] = OnnxRuntimeReference.Random(new Random(1), shape) };
        var before = OnnxRuntimeReference.Run(model.Graph, image);
        var graph = model.Graph.Clone();
        RemoveIdentity.Apply(graph);
        ConstantFolding.Apply(graph);
        DeadCode.Remove(graph);
        graph.Sort();
        // weights that were cast at run time are constants now, and constant weights take other kernels
        foreach (var (name, tensor) in OnnxRuntimeReference.Run(graph, image)) Assert.InRange(OnnxRuntimeReference.Difference(tensor, before[name]), 0, 1e-6);
        Assert.All(model.Graph.Nodes.SelectMany(node => node.Outputs).Where(name => name.Length > 0), name => Assert.True(graph.Has(graph.Resolve(name)), name));
    }

    private static Graph ViewGraph(params Dim[] shape)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, shape)));
        graph.Nodes.Add(new("Shape", ["x"], ["shape"]));
        graph.Nodes.Add(new("Gather", ["shape", graph.AddConstant("zero", Tensor.Of([0L]))], ["batch"]));
        graph.Nodes.Add(new("Unsqueeze", ["batch", graph.AddConstant("axes", Tensor.Ints(0))], ["batches"]));
        graph.Nodes.Add(new("Concat", ["batches", graph.AddConstant("minus", Tensor.Ints(-1))], ["target"]) { Attributes = { ["axis"] = 0L } });
        graph.Nodes.Add(new("Reshape", ["x", "target"], ["y"]));
        graph.Outputs.Add(new("y", new(ElementType.Float, null)));
        return graph;
    }
}
