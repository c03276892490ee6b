using CsCheck;
using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Runtime.Kernels;
using Tensor = Reverie.Onnx.Tensor;

namespace Reverie.Tests.Runtime.Kernels;

/// <summary>Gradients through max pools, ReLUs and residual sums: our operators against ONNX Runtime's, bit for bit.</summary>
public sealed class PoolAndSumTests
{
    private sealed record Case(int Batch, int Channels, int Height, int Width, int[] Kernel, int[] Strides, int[] Pads, bool Ceil, bool Relu, bool Forks, int Seed);

    private static readonly Gen<Case> Cases =
        from batch in Gen.Int[1, 2]
        from channels in Gen.Int[1, 5]
        from height in Gen.Int[3, 20]
        from width in Gen.Int[3, 40]
        from kernel in Gen.Int[1, 3].Array[2]
        from strides in Gen.Int[1, 3].Array[2]
        from pads in Gen.Int[0, 1].Array[4]
        from flags in Gen.Bool.Array[4]
        from seed in Gen.Int[0, 1 << 20]
        select flags[3]
            ? new Case(batch, channels, height, width, [2, 2], [2, 2], [0, 0, 0, 0], flags[0], flags[1], flags[2], seed)
            : new Case(batch, channels, height, width, kernel, strides, [.. pads.Select((pad, axis) => Math.Min(pad, kernel[axis % 2] - 1))], flags[0], flags[1], flags[2], seed);

    [Fact]
    public void Gradients_equal_ONNX_Runtimes() => Cases.Sample(each =>
    {
        var (graph, gradient) = Gradient(each);
        var rewritten = KernelRewrites.Apply(graph.Clone(), 2, SessionModel.Prune);
        Assert.Equal(1, rewritten.Nodes.Count(node => node.Op == MaxPoolGradientOperator.OperatorName));
        Assert.Equal(each.Relu && each.Forks ? 1 : 0, rewritten.Nodes.Count(node => node.Op == GatedSumOperator.OperatorName));
        var random = new Random(each.Seed);
        // few values, so that maxima are often equal, and many are not positive
        float[] values = [.. Enumerable.Range(0, each.Batch * each.Channels * each.Height * each.Width).Select(_ => random.Next(-2, 3) + (float)(random.Next(2) * 0.5))];
        Assert.Equal(Run(graph, own: false), Run(graph, own: true));

        float[] Run(Graph graph, bool own)
        {
            using var compiled = CompiledGraph.Compile(graph, new() { Threads = 2, OwnKernels = own });
            using var x = RuntimeTensor.Of(values, [each.Batch, each.Channels, each.Height, each.Width]);
            using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { ["x"] = x });
            return results[gradient].Span<float>().ToArray();
        }
    }, iter: 40, threads: 1);

    // x -> (Relu) -> MaxPool, whose squares' sum is differentiated; where it forks, a 1x1 convolution reads the ReLU too
    private static (Graph Graph, string Gradient) Gradient(Case each)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), each.Channels, Dim.Symbol("H"), Dim.Symbol("W")])));
        if (each.Relu) graph.Nodes.Add(new("Relu", ["x"], ["r"]));
        var read = each.Relu ? "r" : "x";
        var pool = new Node("MaxPool", [read], ["p"]);
        pool.Attributes["kernel_shape"] = Array.ConvertAll(each.Kernel, size => (long)size);
        pool.Attributes["strides"] = Array.ConvertAll(each.Strides, stride => (long)stride);
        pool.Attributes["pads"] = Array.ConvertAll(each.Pads, pad => (long)pad);
        pool.Attributes["ceil_mode"] = each.Ceil ? 1L : 0L;
        graph.Nodes.Add(pool);
        List<string> ends = ["p"];
        if (each.Forks)
        {
            graph.Constants["w"] = Tensor.Of<float>([.. Enumerable.Range(0, each.Channels * each.Channels).Select(index => index % 3 - 1f)], [each.Channels, each.Channels, 1, 1]);
            graph.Nodes.Add(new("Conv", [read, "w"], ["c"]));
            ends.Add("c");
        }
        foreach (var end in ends) graph.Outputs.Add(new(end, new(ElementType.Float, null)));
        ShapeInference.Infer(graph);
        var gradient = Differentiator.Append(graph, ends.ToDictionary(end => end), ["x"], RuleTable.Gradient)["x"];
        return (graph.Cut([gradient]), gradient);
    }
}
