using Reverie.Onnx;
using Reverie.Onnx.Rewrites;

namespace Reverie.Tests.Onnx;

public class FreeSizesTests
{
    [Theory]
    [InlineData("googlenet.onnx")]
    [InlineData("squeezenet1.1.onnx")]
    [InlineData("vgg19-16x.onnx")]
    [InlineData("reverie-s.onnx")]
    public void A_real_network_frozen_at_one_size_is_freed(string file)
    {
        var graph = CanonicalModel.Load(Shared.Require("models", file)).Graph;
        graph.Inputs[0] = graph.Inputs[0] with { Type = new(ElementType.Float, [1, 3, 224, 224]) };
        var freed = Simplified(graph);
        Assert.Null(freed.BatchReason);
        Assert.Null(freed.SizeReason);
        Assert.Equal("Float[N,3,H,W]", freed.Graph.Inputs[0].Type.ToString());
        Equivalent(graph, freed, [3, 224, 224]);
        Runs(freed.Graph, [2, 3, 257, 193]);
    }

    [Fact]
    public void A_classifier_on_a_flattened_map_keeps_its_size_and_frees_its_batch()
    {
        var graph = Start(3, 8, 8);
        Conv(graph, "x", 4, "c");
        graph.Nodes.Add(new("Reshape", ["c", graph.AddConstant("shape", Tensor.Ints(1, 256))], ["flat"]));
        graph.Nodes.Add(new("Gemm", ["flat", Weights(graph, 256, 10)], ["y"]) { Name = "fc6" });
        var freed = Free(graph);
        Assert.Null(freed.BatchReason);
        Assert.Equal("operator Gemm (node fc6) needs 4*H*W to fit 256", freed.SizeReason);
        Assert.Equal("Float[N,3,8,8]", freed.Graph.Inputs[0].Type.ToString());
        Assert.Equal("Float[N,10]", freed.Graph.Outputs[0].Type.ToString());
        Equivalent(graph, freed, [3, 8, 8]);
    }

    [Fact]
    public void A_channel_shuffle_with_sizes_as_numbers_is_written_anew()
    {
        var graph = Start(3, 8, 8);
        Conv(graph, "x", 6, "c");
        graph.Nodes.Add(new("Reshape", ["c", graph.AddConstant("shape", Tensor.Ints(1, 2, 3, 8, 8))], ["groups"]));
        graph.Nodes.Add(new("Transpose", ["groups"], ["shuffled"]) { Attributes = { ["perm"] = new long[] { 0, 2, 1, 3, 4 } } });
        graph.Nodes.Add(new("Reshape", ["shuffled", graph.AddConstant("shape", Tensor.Ints(1, 6, 8, 8))], ["joined"]));
        graph.Nodes.Add(new("Relu", ["joined"], ["y"]));
        var freed = Free(graph);
        Assert.True(freed.BatchIsFree && freed.SizeIsFree, $"{freed.BatchReason}; {freed.SizeReason}");
        Assert.Equal("Float[N,6,H,W]", freed.Graph.Outputs[0].Type.ToString());
        Equivalent(graph, freed, [3, 8, 8]);
        Runs(freed.Graph, [2, 3, 11, 5]);
    }

    [Fact]
    public void Tokens_of_a_transformer_follow_the_batch()
    {
        // [1,6,8,8] -> [1,6,64] -> [1,64,6] -> heads [1,64,2,3] -> [1,2,64,3] -> attention -> mean over tokens
        var graph = Start(3, 8, 8);
        Conv(graph, "x", 6, "c");
        graph.Nodes.Add(new("Reshape", ["c", graph.AddConstant("shape", Tensor.Ints(1, 6, 64))], ["r"]));
        graph.Nodes.Add(new("Transpose", ["r"], ["t"]) { Attributes = { ["perm"] = new long[] { 0, 2, 1 } } });
        graph.Nodes.Add(new("MatMul", ["t", Weights(graph, 6, 6)], ["q"]));
        graph.Nodes.Add(new("Reshape", ["q", graph.AddConstant("shape", Tensor.Ints(1, 64, 2, 3))], ["heads"]));
        graph.Nodes.Add(new("Transpose", ["heads"], ["h"]) { Attributes = { ["perm"] = new long[] { 0, 2, 1, 3 } } });
        graph.Nodes.Add(new("Transpose", ["heads"], ["k"]) { Attributes = { ["perm"] = new long[] { 0, 2, 3, 1 } } });
        graph.Nodes.Add(new("MatMul", ["h", "k"], ["scores"]));
        graph.Nodes.Add(new("Softmax", ["scores"], ["attention"]));
        graph.Nodes.Add(new("MatMul", ["attention", "h"], ["mixed"]));
        graph.Nodes.Add(new("ReduceMean", ["mixed", graph.AddConstant("axes", Tensor.Ints(2))], ["y"]) { Attributes = { ["keepdims"] = 0L } });
        var freed = Free(graph);
        Assert.True(freed.BatchIsFree && freed.SizeIsFree, $"{freed.BatchReason}; {freed.SizeReason}");
        Equivalent(graph, freed, [3, 8, 8]);
        Runs(freed.Graph, [2, 3, 11, 5]);

        // a table of positions fixes the number of tokens
        graph.Nodes[^1].Inputs[0] = "placed";
        graph.Nodes.Insert(graph.Nodes.Count - 1, new("Add", ["mixed", Weights(graph, 64, 3)], ["placed"]) { Name = "positions" });
        var placed = Free(graph);
        Assert.Null(placed.BatchReason);
        Assert.Equal("operator Add (node positions) needs H*W to fit 64", placed.SizeReason);
        Equivalent(graph, placed, [3, 8, 8]);
    }

    public static TheoryData<string> Mixing => ["Softmax", "ReduceMean", "Reshape", "Concat", "Transpose", "MatMul", "CumSum", "Slice", "Flatten", "Gram"];

    [Theory]
    [MemberData(nameof(Mixing))]
    public void What_mixes_pictures_is_never_run_as_a_batch(string which)
    {
        var graph = Start(3, 4, 4);
        Node node = which switch
        {
            "Softmax" => new("Softmax", ["x"], ["y"]) { Attributes = { ["axis"] = 0L } },
            "ReduceMean" => new("ReduceMean", ["x"], ["y"]) { Attributes = { ["keepdims"] = 0L } },
            "Reshape" => new("Reshape", ["x", graph.AddConstant("s", Tensor.Ints(3, -1, 16))], ["y"]),
            "Concat" => new("Concat", ["x", "x"], ["y"]) { Attributes = { ["axis"] = 0L } },
            "Transpose" => new("Transpose", ["x"], ["y"]),
            "MatMul" => new("MatMul", ["x", "t"], ["y"]),
            "CumSum" => new("CumSum", ["x", graph.AddConstant("a", Tensor.Of([0L]))], ["y"]),
            "Slice" => new("Slice", ["x", graph.AddConstant("s", Tensor.Ints(0)), graph.AddConstant("e", Tensor.Ints(1)), graph.AddConstant("a", Tensor.Ints(0))], ["y"]),
            "Flatten" => new("Flatten", ["x"], ["y"]) { Attributes = { ["axis"] = 0L } },
            _ => new("Gemm", ["f", "f"], ["y"]) { Attributes = { ["transB"] = 1L } },
        };
        if (which == "MatMul") graph.Nodes.Add(new("Transpose", ["x"], ["t"]) { Attributes = { ["perm"] = new long[] { 1, 0, 3, 2 } } });
        if (which == "Gram") graph.Nodes.Add(new("Flatten", ["x"], ["f"]));
        node.Name = "mixer";
        graph.Nodes.Add(node);
        var freed = Free(graph);
        Assert.NotNull(freed.BatchReason);
        if (which != "Transpose") Assert.Contains("mixer", freed.BatchReason, StringComparison.Ordinal);
        Assert.Equal(1, freed.Graph.Inputs[0].Type.Shape![0].Value);
    }

    [Fact]
    public void Channels_last_are_recognised()
    {
        var graph = Start(8, 10, 3);
        graph.Nodes.Add(new("Transpose", ["x"], ["n"]) { Attributes = { ["perm"] = new long[] { 0, 3, 1, 2 } } });
        Conv(graph, "n", 2, "y");
        var freed = Free(graph);
        Assert.Equal("Float[N,H,W,3]", freed.Graph.Inputs[0].Type.ToString());
        Assert.Equal("Float[N,2,H,W]", freed.Graph.Outputs[0].Type.ToString());
    }

    [Fact]
    public void Batch_normalization_folds_into_convolutions()
    {
        var graph = Start(3, 8, 8);
        Conv(graph, "x", 4, "c");
        var random = new Random(5);
        string Parameter(double offset) => graph.AddConstant("p", Tensor.Of<float>([.. Enumerable.Range(0, 4).Select(_ => (float)(random.NextDouble() + offset))], 4));
        graph.Nodes.Add(new("BatchNormalization", ["c", Parameter(0.5), Parameter(-0.5), Parameter(-0.5), Parameter(0.1)], ["y"]));
        graph.Outputs.Add(new("y", new(ElementType.Float, null)));
        graph.Refresh();
        var folded = graph.Clone();
        BatchNormFolding.Apply(folded);
        Assert.Equal("Conv", Assert.Single(folded.Nodes).Op);
        var picture = new Dictionary<string, Tensor> { ["x"] = OnnxRuntimeReference.Random(random, 1, 3, 8, 8) };
        Assert.InRange(OnnxRuntimeReference.Difference(OnnxRuntimeReference.Run(graph, picture)["y"], OnnxRuntimeReference.Run(folded, picture)["y"]), 0, 2e-5);

        // a convolution whose own result is asked for stays
        graph.Outputs.Add(new("c", new(ElementType.Float, null)));
        BatchNormFolding.Apply(graph);
        Assert.Equal(2, graph.Nodes.Count);
    }

    [Fact]
    public void A_chain_of_200000_nodes_is_simplified_in_linear_time()
    {
        var graph = Start(3, 8, 8);
        graph.Constants["shape"] = Tensor.Ints(1, 3, 8, 8);
        for (var index = 0; index < 200_000; index++)
        {
            var from = index == 0 ? "x" : $"t{index}";
            graph.Nodes.Add(index % 3 == 0 ? new("Identity", [from], [$"t{index + 1}"]) : index % 3 == 1 ? new("Relu", [from], [$"t{index + 1}"]) : new("Reshape", [from, "shape"], [$"t{index + 1}"]));
        }
        graph.Outputs.Add(new("t200000", new(ElementType.Float, null)));
        graph.Refresh();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var freed = Simplified(graph);
        // three seconds on an idle machine; anything quadratic would take minutes
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
        Assert.True(freed.BatchIsFree && freed.SizeIsFree, $"{freed.BatchReason}; {freed.SizeReason}");
        Assert.Equal(133_333, freed.Graph.Nodes.Count);
        Assert.Equal("x", freed.Graph.Resolve("t1"));
    }

    // The rewrites in the order in which loading applies them.
    private static FreedSizes Simplified(Graph graph)
    {
        var simple = graph.Clone();
        RemoveIdentity.Apply(simple);
        ConstantFolding.Apply(simple);
        DeadCode.Remove(simple);
        var freed = FreeSizes.Apply(simple);
        // targets written anew leave the numbers they replace behind
        DeadCode.Remove(freed.Graph);
        return freed;
    }

    private static Graph Start(params Dim[] item)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [1, .. item])));
        return graph;
    }

    private static FreedSizes Free(Graph graph)
    {
        if (graph.Outputs.Count == 0) graph.Outputs.Add(new("y", new(ElementType.Float, null)));
        graph.Refresh();
        return FreeSizes.Apply(graph);
    }

    private static void Conv(Graph graph, string input, long filters, string output) =>
        graph.Nodes.Add(new("Conv", [input, Weights(graph, filters, 3, 3, 3)], [output]) { Attributes = { ["pads"] = new long[] { 1, 1, 1, 1 } } });

    private static string Weights(Graph graph, params long[] shape) => graph.AddConstant("w", OnnxRuntimeReference.Random(new Random(3), shape));

    // The freed graph on two pictures gives what the fixed one gives on each.
    private static void Equivalent(Graph fixedSize, FreedSizes freed, long[] item)
    {
        var random = new Random(11);
        Tensor[] pictures = [OnnxRuntimeReference.Random(random, [1, .. item]), OnnxRuntimeReference.Random(random, [1, .. item])];
        var name = fixedSize.Inputs[0].Name;
        var pair = Tensor.Of<float>([.. pictures[0].Span<float>(), .. pictures[1].Span<float>()], [2, .. item]);
        var together = OnnxRuntimeReference.Run(freed.Graph, new Dictionary<string, Tensor> { [name] = pair });
        for (var index = 0; index < 2; index++)
            foreach (var (output, alone) in OnnxRuntimeReference.Run(fixedSize, new Dictionary<string, Tensor> { [name] = pictures[index] }))
            {
                var half = together[output].Data.Slice(index * alone.Data.Length, alone.Data.Length);
                Assert.Equal(2 * alone.Count, together[output].Count);
                var scale = alone.ToDoubles().Max(Math.Abs);
                Assert.InRange(OnnxRuntimeReference.Difference(new Tensor(alone.Type, alone.Shape, half), alone), 0, 1e-5 * Math.Max(1, scale));
            }
    }

    private static void Runs(Graph graph, long[] shape)
    {
        var sizes = new Dictionary<string, long> { ["N"] = shape[0], ["H"] = shape[2], ["W"] = shape[3] };
        foreach (var (output, tensor) in OnnxRuntimeReference.Run(graph, new Dictionary<string, Tensor> { [graph.Inputs[0].Name] = OnnxRuntimeReference.Random(new Random(2), shape) }))
            Assert.Equal(tensor.Shape.ToArray(), graph.TypeOf(output)!.Shape!.Select(dim => dim.Evaluate(sizes)!.Value));
    }
}
