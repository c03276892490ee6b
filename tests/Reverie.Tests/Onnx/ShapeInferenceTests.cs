using System.Diagnostics;
using CsCheck;
using Microsoft.ML.OnnxRuntime;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Onnx;

public class ShapeInferenceTests
{
    public static TheoryData<string> Operators => [.. OperatorCases.All.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Inferred_shapes_are_those_of_ONNX_Runtime(string op)
    {
        var compared = 0;
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
                // not a valid case; it is counted below that most are
                return;
            }
            Interlocked.Increment(ref compared);
            Compare(graph, sample.Inputs, actual, $"{sample} (seed {seed})");
        }, iter: 40, threads: 1);
        Assert.True(compared >= 20, $"only {compared} of 40 cases of {op} ran");
    }

    [Fact]
    public void Every_operator_with_a_shape_rule_is_tested() =>
        Assert.Empty(ShapeRules.Operators.Except(OperatorCases.All.Keys));

    [Theory]
    [InlineData("googlenet.onnx")]
    [InlineData("squeezenet1.1.onnx")]
    [InlineData("vgg19-16x.onnx")]
    [InlineData("reverie-s.onnx")]
    public void Every_tensor_of_a_real_network_has_its_actual_shape(string file)
    {
        var graph = Model.Read(Shared.Require("models", file)).Graph;
        var opset = Model.Read(Shared.Require("models", file)).Opset;
        var input = Assert.Single(graph.Inputs);
        foreach (var (height, width) in ((long, long)[])[(224, 224), (257, 193)])
        {
            graph.Inputs[0] = input with { Type = new(input.Type.Element, [1, 3, Dim.Symbol("H"), Dim.Symbol("W")]) };
            ShapeInference.Infer(graph);
            var all = graph.Clone();
            all.Outputs.Clear();
            foreach (var node in all.Nodes) all.Outputs.AddRange(node.Outputs.Where(name => name.Length > 0).Select(name => new GraphValue(name, new(ElementType.Undefined, null))));
            var image = OnnxRuntimeReference.Random(new Random(1), 1, 3, height, width);
            var actual = OnnxRuntimeReference.Run(all, new Dictionary<string, Tensor> { [input.Name] = image }, opset);
            Assert.Equal(all.Outputs.Count, actual.Count);
            var sizes = new Dictionary<string, long> { ["H"] = height, ["W"] = width };
            foreach (var (name, tensor) in actual)
            {
                var type = graph.TypeOf(name);
                Assert.True(type?.Shape is not null, name);
                Assert.Equal(tensor.Type, type.Element);
                Assert.Equal(tensor.Shape.ToArray(), type.Shape.Select(dim => dim.Evaluate(sizes) ?? -1));
            }
            var resolved = ShapeInference.Resolve(graph, new Dictionary<string, long[]> { [input.Name] = [1, 3, height, width] });
            Assert.All(actual, pair => Assert.Equal(pair.Value.Shape.ToArray(), resolved[pair.Key]));
        }
    }

    [Fact]
    public void A_chain_of_200000_nodes_is_inferred_in_linear_time()
    {
        var graph = new Graph();
        graph.Inputs.Add(new("t0", new(ElementType.Float, [Dim.Symbol("N"), 3, Dim.Symbol("H"), Dim.Symbol("W")])));
        for (var index = 0; index < 200_000; index++) graph.Nodes.Add(new(index % 2 == 0 ? "Relu" : "Add", index % 2 == 0 ? [$"t{index}"] : [$"t{index}", "t0"], [$"t{index + 1}"]));
        var watch = Stopwatch.StartNew();
        ShapeInference.Infer(graph);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        Assert.Equal(graph.Inputs[0].Type.ToString(), graph.TypeOf("t200000")!.ToString());
    }

    [Fact]
    public void Expressions_of_a_hostile_graph_stay_small()
    {
        // each node squares the sizes before: 2^60 factors, were they kept
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("H"), Dim.Symbol("W")])));
        graph.Nodes.Add(new("Shape", ["x"], ["s0"]));
        for (var index = 0; index < 60; index++) graph.Nodes.Add(new(index % 2 == 0 ? "Mul" : "Add", [$"s{index}", index % 2 == 0 ? $"s{index}" : "s0"], [$"s{index + 1}"]));
        graph.Nodes.Add(new("ConstantOfShape", ["s60"], ["y"]));
        var watch = Stopwatch.StartNew();
        ShapeInference.Infer(graph);
        Assert.Equal(2, graph.TypeOf("y")!.Rank);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Nested_maxima_of_a_hostile_graph_are_bounded_in_linear_time()
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("H")])));
        graph.Nodes.Add(new("Shape", ["x"], ["s0"]));
        for (var index = 0; index < 400; index++)
        {
            var limit = graph.AddConstant("limit", Tensor.Ints(index % 2 == 0 ? 1000 - index : 3 + index));
            graph.Nodes.Add(new(index % 2 == 0 ? "Min" : "Max", [$"s{index}", limit], [$"m{index}"]));
            graph.Nodes.Add(new("Mul", [$"m{index}", index % 3 == 0 ? "s0" : limit], [$"p{index}"]));
            graph.Nodes.Add(new("Div", [$"p{index}", graph.AddConstant("seven", Tensor.Ints(7 + index))], [$"s{index + 1}"]));
        }
        graph.Nodes.Add(new("ConstantOfShape", ["s400"], ["y"]));
        var watch = Stopwatch.StartNew();
        ShapeInference.Infer(graph);
        Assert.Equal(1, graph.TypeOf("y")!.Rank);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    private static void Compare(Graph graph, IReadOnlyDictionary<string, Tensor> inputs, Dictionary<string, Tensor> actual, string context)
    {
        var sizes = inputs.SelectMany(input => input.Value.Shape.ToArray().Select((size, axis) => ($"{input.Key}.{axis}", size))).ToDictionary();
        var shapes = ShapeInference.Resolve(graph, inputs.ToDictionary(input => input.Key, input => input.Value.Shape.ToArray()));
        ShapeInference.Infer(graph);
        foreach (var (name, tensor) in actual)
        {
            var type = graph.TypeOf(name);
            Assert.True(type is { Shape: not null }, $"{context}: {name} was not inferred");
            Assert.True(type.Element == tensor.Type, $"{context}: {name} is {tensor}, inferred {type}");
            Assert.True(type.Rank == tensor.Rank, $"{context}: {name} is {tensor}, inferred {type}");
            var expected = tensor.Shape.ToArray();
            for (var axis = 0; axis < expected.Length; axis++)
            {
                // what depends on data is named after the tensor
                var dependsOnData = type.Shape[axis].Symbols.Any(symbol => symbol.StartsWith('y'));
                Assert.True(dependsOnData || type.Shape[axis].Evaluate(sizes) == expected[axis], $"{context}: {name} is {tensor}, inferred {type}");
            }
            if (type.Shape.SelectMany(dim => dim.Symbols).Any(symbol => symbol.StartsWith('y')) && !shapes.ContainsKey(name)) continue;
            Assert.True(shapes.TryGetValue(name, out var shape) && shape.SequenceEqual(expected), $"{context}: {name} is {tensor}, resolved [{(shape is null ? "" : string.Join(",", shape))}]");
        }
    }
}
