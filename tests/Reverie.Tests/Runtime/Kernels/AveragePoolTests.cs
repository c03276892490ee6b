using CsCheck;
using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Runtime.Kernels;

namespace Reverie.Tests.Runtime.Kernels;

/// <summary>Gradients through average pools after ReLUs: our operator against ONNX Runtime's, bit for bit.</summary>
public sealed class AveragePoolTests
{
    private sealed record Case(int Items, int Channels, int Height, int Width, int Kernel, int Stride, int Pad, bool Relu, bool Fixed, bool Forks, int Seed)
    {
        // a window for each element that the pool sees, and a mask to apply in the same pass
        public bool IsOurs => Relu && !Forks && Kernel == Stride && Kernel > 1 && Pad == 0;
    }

    private static readonly Gen<Case> Cases =
        from items in Gen.Int[1, 2]
        from channels in Gen.Int[1, 5]
        from height in Gen.Int[4, 20]
        from width in Gen.Int[4, 45]
        from kernel in Gen.Int[1, 4]
        from other in Gen.Int[0, 5]
        from flags in Gen.Bool.Array[3]
        from seed in Gen.Int[0, 1 << 20]
        select new Case(items, channels, height, width, kernel, other == 1 ? 1 : kernel, other == 2 && kernel > 1 ? 1 : 0, other != 3, flags[0], flags[1] && flags[2], seed);

    [Fact]
    public void Gradients_equal_ONNX_Runtimes()
    {
        var ours = 0;
        Cases.Sample(each =>
        {
            var (graph, gradient) = Gradient(each);
            var rewritten = KernelRewrites.Apply(graph.Clone(), 2, SessionModel.Prune);
            Assert.Equal(each.IsOurs ? 1 : 0, rewritten.Nodes.Count(node => node.Op == AveragePoolGradientOperator.OperatorName));
            if (each.IsOurs)
            {
                Assert.DoesNotContain(rewritten.Nodes, node => node.Op is "DepthToSpace" or "HardSigmoid");
                ours++;
            }
            var random = new Random(each.Seed);
            float[] values = [.. Enumerable.Range(0, each.Items * each.Channels * each.Height * each.Width).Select(_ => random.NextSingle() - 0.4f)];
            Assert.Equal(Run(false), Run(true));

            float[] Run(bool own)
            {
                using var compiled = CompiledGraph.Compile(graph, new() { Threads = 2, OwnKernels = own });
                using var x = RuntimeTensor.Of(values, [each.Items, each.Channels, each.Height, each.Width]);
                using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { ["x"] = x });
                return results[gradient].Span<float>().ToArray();
            }
        }, iter: 100, threads: 1);
        Assert.InRange(ours, 5, 80);
    }

    // x -> (Relu) -> AveragePool, the sum of whose squares is differentiated; where it forks, the ReLU is an output too
    private static (Graph Graph, string Gradient) Gradient(Case each)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, each.Fixed ? [each.Items, each.Channels, each.Height, each.Width] : [Dim.Symbol("N"), each.Channels, Dim.Symbol("H"), Dim.Symbol("W")])));
        if (each.Relu) graph.Nodes.Add(new("Relu", ["x"], ["r"]));
        var pool = new Node("AveragePool", [each.Relu ? "r" : "x"], ["p"]);
        pool.Attributes["kernel_shape"] = new long[] { each.Kernel, each.Kernel };
        pool.Attributes["strides"] = new long[] { each.Stride, each.Stride };
        pool.Attributes["pads"] = new long[] { each.Pad, each.Pad, each.Pad, each.Pad };
        graph.Nodes.Add(pool);
        List<string> ends = each is { Forks: true, Relu: true } ? ["p", "r"] : ["p"];
        foreach (var end in ends) graph.Outputs.Add(new(end, new(ElementType.Float, null)));
        ShapeInference.Infer(graph);
        var gradient = Differentiator.Append(graph, ends.ToDictionary(end => end), ["x"], RuleTable.Gradient)["x"];
        return (graph.Cut([gradient]), gradient);
    }
}
