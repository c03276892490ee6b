using System.Runtime.Intrinsics;
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

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void Vectors_of_windows_give_what_a_loop_over_windows_gives(int bits)
    {
        Assert.SkipUnless(Convolution3x3Tests.IsSupported(bits), $"this processor has no registers of {bits} bits");
        (from sizes in Gen.Int[1, 70].Array[2]
         from kernel in Gen.Int[1, 3].Array[2]
         from strides in Gen.Int[1, 2].Array[2]
         from pads in Gen.Int[0, 2].Array[2]
         from beyond in Gen.Int[0, 2].Array[2]
         from gate in Gen.Bool
         from seed in Gen.Int[0, 1 << 20]
         select (sizes, kernel, strides, pads, beyond, gate, seed)).Sample(each =>
        {
            int Pad(int axis) => Math.Min(each.pads[axis], each.kernel[axis] - 1);
            int Windows(int axis) => Math.Max(1, (each.sizes[axis] + Pad(axis) + Math.Min(each.beyond[axis], each.kernel[axis] - 1) - each.kernel[axis]) / each.strides[axis] + 1);
            var window = new PoolWindow(each.kernel[0], each.kernel[1], each.strides[0], each.strides[1], Pad(0), Pad(1), each.sizes[0], each.sizes[1], Windows(0), Windows(1));
            var (expected, found) = Gradients(bits, window, each.gate, each.seed);
            Assert.Equal(expected, found);
        }, iter: 200, threads: 1);
    }

    // two planes, one after the other: what the first leaves behind must not show in the second
    private static unsafe (float[] Expected, float[] Found) Gradients(int bits, PoolWindow window, bool gate, int seed)
    {
        const int planes = 2;
        var random = new Random(seed);
        var (size, pooled) = (window.Height * window.Width, window.Rows * window.Columns);
        float[] input = [.. Enumerable.Range(0, planes * size).Select(_ => random.Next(-2, 3))], cotangent = [.. Enumerable.Range(0, planes * pooled).Select(_ => random.NextSingle() - 0.5f)];
        float[] output = new float[planes * pooled], expected = new float[planes * size], found = new float[planes * size];
        for (var at = 0; at < output.Length; at++)
        {
            var (plane, row, column) = (at / pooled, at % pooled / window.Columns, at % window.Columns);
            output[at] = float.NegativeInfinity;
            for (var tap = 0; tap < window.KernelHeight * window.KernelWidth; tap++)
            {
                var (y, x) = (row * window.StrideY - window.Top + tap / window.KernelWidth, column * window.StrideX - window.Left + tap % window.KernelWidth);
                if (y >= 0 && y < window.Height && x >= 0 && x < window.Width) output[at] = Math.Max(output[at], input[plane * size + y * window.Width + x]);
            }
        }
        using var run = new TestRun(2);
        fixed (float* x = input, y = output, dy = cotangent, slow = expected, fast = found)
        {
            for (var plane = 0; plane < planes; plane++) window.Any(x + plane * size, y + plane * pooled, dy + plane * pooled, slow + plane * size, gate);
            var tensors = new PoolTensors(new(x), new(y), new(dy), new(fast));
            switch (bits)
            {
                case 512: PoolPlanes.Winners<Lanes512, Vector512<float>>(window, tensors, planes, gate, run); break;
                case 256: PoolPlanes.Winners<Lanes256, Vector256<float>>(window, tensors, planes, gate, run); break;
                default: PoolPlanes.Winners<Lanes128, Vector128<float>>(window, tensors, planes, gate, run); break;
            }
        }
        return (expected, found);
    }

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
