using System.Runtime.Intrinsics;
using CsCheck;
using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Runtime.Kernels;

namespace Reverie.Tests.Runtime.Kernels;

/// <summary>Local response normalisation across channels and its gradient: our operators against the formula in 64 bits, and against ONNX Runtime's operators.</summary>
public sealed class LocalResponseTests
{
    private sealed record Case(int Items, int Channels, int Height, int Width, int Size, float Alpha, float Bias, int Seed)
    {
        public int Before => (Size - 1) / 2;

        public int After => Size - 1 - Before;

        public int Plane => Height * Width;

        public float[] Values(int seed)
        {
            var random = new Random(Seed + seed);
            return [.. Enumerable.Range(0, Items * Channels * Plane).Select(_ => (random.NextSingle() - 0.5f) * 20)];
        }
    }

    private static readonly Gen<Case> Cases =
        from items in Gen.Int[1, 2]
        // sums are cut at the 128th channel
        from channels in Gen.OneOf(Gen.Int[1, 12], Gen.Int[126, 133])
        from height in Gen.Int[1, 20]
        from width in Gen.Int[1, 20]
        from size in Gen.Int[1, 7]
        from alpha in Gen.OneOf(Gen.Const(1e-4f), Gen.Const(0.7f), Gen.Const(5f))
        from bias in Gen.OneOf(Gen.Const(1f), Gen.Const(2f))
        from seed in Gen.Int[0, 1 << 20]
        select new Case(items, channels, height, width, size, alpha, bias, seed);

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void Blocks_give_what_the_formula_gives(int bits)
    {
        Assert.SkipUnless(Convolution3x3Tests.IsSupported(bits), $"this processor has no registers of {bits} bits");
        Cases.Sample(each =>
        {
            var (x, dy) = (each.Values(1), each.Values(2));
            var (y, dx) = Kernels(bits, each, x, dy);
            var (exactY, exactDx) = Formula(each, x, dy);
            Assert.Equal(0, Distance(exactY, y), 1e-6);
            Assert.Equal(0, Distance(exactDx, dx), 2e-6);
        }, iter: 40, threads: 1);
    }

    [Fact]
    public void Gradients_equal_ONNX_Runtimes() => Cases.Sample(EqualsOnnxRuntimes, iter: 25, threads: 1);

    // alpha / size = 1, and 3/2 alpha / size = 1: products that are not written
    [Theory]
    [InlineData(5, 5f)]
    [InlineData(3, 2f)]
    public void Factors_of_one_are_found(int size, float alpha) => EqualsOnnxRuntimes(new(1, 7, 5, 5, size, alpha, 1, 3));

    private static void EqualsOnnxRuntimes(Case each)
    {
        var (graph, gradient) = Gradient(each, 0.75f);
        var rewritten = KernelRewrites.Apply(graph.Clone(), 2, SessionModel.Prune);
        Assert.Equal(["LocalResponse", "LocalResponseGradient"], rewritten.Nodes.Where(node => node.Domain.Length > 0).Select(node => node.Op).Order());
        Assert.DoesNotContain(rewritten.Nodes, node => node.Op is "Sqrt" or "Conv" or "Sub");
        Assert.Equal(0, Distance(Array.ConvertAll(Run(false), value => (double)value), Run(true)), 2e-6);

        float[] Run(bool own)
        {
            using var compiled = CompiledGraph.Compile(graph, new() { Threads = 2, OwnKernels = own });
            using var x = RuntimeTensor.Of(each.Values(1), [each.Items, each.Channels, each.Height, each.Width]);
            using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { ["x"] = x });
            return results[gradient].Span<float>().ToArray();
        }
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(1f)]
    [InlineData(0.6f)]
    public void Other_exponents_are_left_to_ONNX_Runtime(float beta)
    {
        var (graph, _) = Gradient(new(1, 6, 4, 4, 5, 1e-4f, 1, 0), beta);
        Assert.DoesNotContain(KernelRewrites.Apply(graph, 2, SessionModel.Prune).Nodes, node => node.Domain.Length > 0);
    }

    private static unsafe (float[] Y, float[] Dx) Kernels(int bits, Case each, float[] x, float[] dy)
    {
        var (y, dx) = (new float[x.Length], new float[x.Length]);
        var blocks = LocalResponseBlocks.Of([each.Items, each.Channels, each.Height, each.Width], new(0, each.Before, each.After, each.Alpha / each.Size, each.Bias));
        var factor = 1.5f * each.Alpha / each.Size;
        using var run = new TestRun(2);
        fixed (float* input = x, output = y, cotangent = dy, result = dx)
        {
            Pointer first = new(input), second = new(output), third = new(cotangent), fourth = new(result);
            switch (bits)
            {
                case 512: Both<Lanes512, Vector512<float>>(); break;
                case 256: Both<Lanes256, Vector256<float>>(); break;
                default: Both<Lanes128, Vector128<float>>(); break;
            }

            void Both<TLanes, TVector>() where TLanes : ILanes<TVector> where TVector : unmanaged
            {
                blocks.Normalise<TLanes, TVector>(first, second, run);
                blocks.Differentiate<TLanes, TVector>(first, second, third, fourth, factor, run);
            }
        }
        return (y, dx);
    }

    private static (double[] Y, double[] Dx) Formula(Case each, float[] x, float[] dy)
    {
        var (y, dx, sums) = (new double[x.Length], new double[x.Length], new double[x.Length]);
        double scale = each.Alpha / each.Size;
        for (var at = 0; at < x.Length; at++)
        {
            sums[at] = each.Bias + scale * Neighbours(at, each.Before, each.After).Sum(other => (double)x[other] * x[other]);
            y[at] = x[at] / Math.Pow(sums[at], 0.75);
        }
        for (var at = 0; at < x.Length; at++)
            dx[at] = dy[at] / Math.Pow(sums[at], 0.75) - 1.5 * scale * x[at] * Neighbours(at, each.After, each.Before).Sum(other => dy[other] * y[other] / sums[other]);
        return (y, dx);

        IEnumerable<int> Neighbours(int at, int before, int after)
        {
            var channel = at / each.Plane % each.Channels;
            for (var other = Math.Max(0, channel - before); other <= Math.Min(each.Channels - 1, channel + after); other++) yield return at + (other - channel) * each.Plane;
        }
    }

    // half the sum of the squares of LRN(x), differentiated: y is its own cotangent
    private static (Graph Graph, string Gradient) Gradient(Case each, float beta)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), each.Channels, Dim.Symbol("H"), Dim.Symbol("W")])));
        var normalise = new Node("LRN", ["x"], ["y"]);
        normalise.Attributes["size"] = (long)each.Size;
        normalise.Attributes["alpha"] = each.Alpha;
        normalise.Attributes["beta"] = beta;
        normalise.Attributes["bias"] = each.Bias;
        graph.Nodes.Add(normalise);
        graph.Outputs.Add(new("y", new(ElementType.Float, null)));
        ShapeInference.Infer(graph);
        var gradient = Differentiator.Append(graph, new Dictionary<string, string> { ["y"] = "y" }, ["x"], RuleTable.Gradient)["x"];
        return (graph.Cut([gradient]), gradient);
    }

    // against the largest: terms cancel
    private static double Distance(double[] expected, float[] found) => expected.Zip(found, (left, right) => Math.Abs(left - right)).Max() / expected.Max(Math.Abs);
}
