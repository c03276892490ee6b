using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Runtime.Kernels;
using Tensor = Reverie.Onnx.Tensor;

namespace Reverie.Tests.Runtime.Kernels;

/// <summary>Operators of our own within ONNX Runtime.</summary>
public sealed class OwnKernelsTests
{
    [Fact]
    public void A_gradient_is_the_same_with_and_without_them()
    {
        var (graph, gradient) = Gradient(Layers(channels: 64, count: 3));
        var x = Random(2 * 64 * 33 * 30, 1);
        using var own = CompiledGraph.Compile(graph, new() { Threads = 2 });
        using var theirs = CompiledGraph.Compile(graph, new() { Threads = 2, OwnKernels = false });
        var (found, expected) = (Run(own, x, gradient), Run(theirs, x, gradient));
        Assert.NotEqual(expected, found);
        var error = found.Zip(expected, (a, b) => (double)(a - b) * (a - b)).Sum() / expected.Sum(value => (double)value * value);
        Assert.True(error < 1e-11, $"relative error {Math.Sqrt(error):E2}");
    }

    [Fact]
    public void Bits_do_not_depend_on_threads()
    {
        var (graph, gradient) = Gradient(Layers(channels: 64, count: 2));
        var x = Random(2 * 64 * 33 * 30, 2);
        var runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var compiled = CompiledGraph.Compile(graph, new() { Threads = threads });
            return Run(compiled, x, gradient);
        }).ToList();
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }

    [Fact]
    public void A_ReLU_and_its_mask_become_part_of_the_convolution()
    {
        var (graph, _) = Gradient(Layers(channels: 64, count: 3));
        graph = Rewritten(graph);
        Assert.Equal(6, graph.Nodes.Count(node => node.Op == Convolution3x3Operator.OperatorName));
        // the last layer's mask has no convolution before it
        Assert.Equal(1, graph.Nodes.Count(node => node.Op == GatedSumOperator.OperatorName));
        Assert.Equal(7, graph.Nodes.Count);
        graph.Sort();
    }

    [Fact]
    public void A_ReLU_that_is_not_all_that_reads_a_convolution_stays()
    {
        var graph = Layers(channels: 64, count: 1);
        graph.Outputs.Add(new("conv0", new(ElementType.Float, null)));
        graph = Rewritten(graph);
        Assert.Equal(["Convolution3x3", "Relu"], graph.Nodes.Select(node => node.Op));
    }

    [Fact]
    public void Of_two_convolutions_that_are_added_one_takes_the_sum_along()
    {
        var graph = Layers(channels: 64, count: 1);
        graph.ReplaceNodes([graph.Nodes[0], graph.Nodes[0].Clone(), new("Add", ["conv0", "conv1"], ["sum"]), new("Relu", ["sum"], ["y0"])]);
        graph.Nodes[1].Outputs[0] = "conv1";
        ShapeInference.Infer(graph);
        var rewritten = Rewritten(graph);
        rewritten.Sort();
        Assert.Equal(["Convolution3x3", "Convolution3x3"], rewritten.Nodes.Select(node => node.Op));
        var x = Random(2 * 64 * 33 * 30, 3);
        using var own = CompiledGraph.Compile(graph);
        using var theirs = CompiledGraph.Compile(graph, new() { OwnKernels = false });
        foreach (var (found, expected) in Run(own, x, "y0").Zip(Run(theirs, x, "y0"))) Assert.Equal(expected, found, 1e-4f);
    }

    [Theory]
    [InlineData("strides", new long[] { 2, 2 })]
    [InlineData("dilations", new long[] { 2, 2 })]
    [InlineData("pads", new long[] { 3, 1, 1, 1 })]
    public void Other_convolutions_stay(string attribute, long[] value)
    {
        var graph = Layers(channels: 64, count: 1);
        graph.Nodes[0].Attributes[attribute] = value;
        Assert.DoesNotContain(Rewritten(graph).Nodes, node => node.Domain.Length > 0);
    }

    [Fact]
    public void What_cannot_be_convolved_is_one_clear_error()
    {
        var graph = Layers(channels: 64, count: 1);
        graph.Nodes[0].Attributes["pads"] = new long[] { 0, 0, 0, 0 };
        using var compiled = CompiledGraph.Compile(graph);
        using var x = RuntimeTensor.Of(new float[64 * 2 * 5], [1, 64, 2, 5]);
        var message = Assert.Throws<ReverieException>(() => compiled.Run(new Dictionary<string, RuntimeTensor> { ["x"] = x }).Dispose()).Message;
        Assert.Contains("2x5 is smaller than the kernel of 3x3", message, StringComparison.Ordinal);
        // and the session lives on
        using var larger = RuntimeTensor.Of(new float[64 * 3 * 5], [1, 64, 3, 5]);
        compiled.Run(new Dictionary<string, RuntimeTensor> { ["x"] = larger }).Dispose();
    }

    private static Graph Rewritten(Graph graph) => KernelRewrites.Apply(graph.Clone(), 1, SessionModel.Prune);

    private static Graph Layers(int channels, int count)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), channels, Dim.Symbol("H"), Dim.Symbol("W")])));
        for (var layer = 0; layer < count; layer++)
        {
            graph.Constants[$"w{layer}"] = Tensor.Of<float>(Random(channels * channels * 9, 10 + layer), [channels, channels, 3, 3]);
            graph.Constants[$"b{layer}"] = Tensor.Of<float>(Random(channels, 20 + layer), [channels]);
            var conv = new Node("Conv", [layer == 0 ? "x" : $"y{layer - 1}", $"w{layer}", $"b{layer}"], [$"conv{layer}"]);
            conv.Attributes["pads"] = new long[] { 1, 1, 1, 1 };
            graph.Nodes.Add(conv);
            graph.Nodes.Add(new("Relu", [$"conv{layer}"], [$"y{layer}"]));
        }
        graph.Outputs.Add(new($"y{count - 1}", new(ElementType.Float, null)));
        ShapeInference.Infer(graph);
        return graph;
    }

    private static (Graph Graph, string Gradient) Gradient(Graph graph)
    {
        var y = graph.Outputs[0].Name;
        var gradient = Differentiator.Append(graph, new Dictionary<string, string> { [y] = y }, ["x"], RuleTable.Gradient)["x"];
        return (graph.Cut([gradient]), gradient);
    }

    private static float[] Run(CompiledGraph compiled, float[] values, string output)
    {
        using var x = RuntimeTensor.Of(values, [2, 64, 33, 30]);
        using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { ["x"] = x });
        return results[output].Span<float>().ToArray();
    }

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
