using System.Runtime.Intrinsics;
using CsCheck;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Runtime.Kernels;
using Tensor = Reverie.Onnx.Tensor;

namespace Reverie.Tests.Runtime.Kernels;

/// <summary>Fully connected layers: our products against sums in double, for every width of register and both ways in which the weights can lie.</summary>
public sealed class DenseTests
{
    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void Products_are_those_of_double(int bits)
    {
        Assert.SkipUnless(Convolution3x3Tests.IsSupported(bits), $"this processor has no registers of {bits} bits");
        (from m in Gen.Int[0, 4] from k in Gen.Int[1, 300] from n in Gen.Int[1, 1200] from flags in Gen.Bool.Array[3] from seed in Gen.Int[0, 1 << 20] select (m, k, n, flags, seed)).Sample(each =>
        {
            var (m, k, n, flags, seed) = each;
            var (found, expected) = Product(bits, m, k, n, transposed: flags[0], biased: flags[1], threads: flags[2] ? 2 : 1, seed);
            for (var index = 0; index < found.Length; index++) Assert.Equal(expected[index], found[index], 1e-6 * Math.Sqrt(k));
        }, iter: 30, threads: 1);
    }

    [Theory]
    [InlineData(4096, false)]
    [InlineData(25_088, true)]
    public void Long_sums_keep_their_digits(int terms, bool transposed)
    {
        var (found, expected) = Product(KernelWidth.Bits, 1, terms, 16, transposed, biased: false, threads: 1, seed: 3);
        double error = 0, norm = 0;
        for (var index = 0; index < found.Length; index++)
        {
            error += Math.Pow(found[index] - expected[index], 2);
            norm += expected[index] * expected[index];
        }
        // one chain of so many terms has ten times that
        Assert.InRange(Math.Sqrt(error / norm), 0, 3e-7);
    }

    [Fact]
    public void Rows_of_weight_zero_are_left_out_and_NaN_is_not_zero()
    {
        float[] weights = [float.NaN, 1, 2, 3];
        Assert.Equal([4, 6], Rows([0, 2], weights));
        Assert.True(float.IsNaN(Rows([float.NaN, 2], weights)[1]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_layer_of_a_graph_is_ours_and_its_items_bits_do_not_depend_on_the_batch(bool transposed)
    {
        const int inputs = 520, outputs = 530;
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), inputs])));
        graph.Constants["w"] = Tensor.Of(Random(inputs * outputs, 1), transposed ? [outputs, inputs] : [inputs, outputs]);
        graph.Constants["b"] = Tensor.Of(Random(outputs, 2), outputs);
        var gemm = new Node("Gemm", ["x", "w", "b"], ["y"]);
        gemm.Attributes["transB"] = transposed ? 1L : 0L;
        graph.Nodes.Add(gemm);
        graph.Outputs.Add(new("y", new(ElementType.Float, null)));
        ShapeInference.Infer(graph);
        Assert.Equal(DenseOperator.OperatorName, Assert.Single(KernelRewrites.Apply(graph.Clone(), 2, SessionModel.Prune).Nodes).Op);
        var x = Random(3 * inputs, 3);
        using var own = CompiledGraph.Compile(graph, new() { Threads = 2 });
        using var theirs = CompiledGraph.Compile(graph, new() { Threads = 2, OwnKernels = false });
        var (batch, expected) = (Run(own, x, 3), Run(theirs, x, 3));
        for (var index = 0; index < batch.Length; index++) Assert.Equal(expected[index], batch[index], 2e-4);
        for (var item = 0; item < 3; item++) Assert.Equal(Run(own, x[(item * inputs)..((item + 1) * inputs)], 1), batch[(item * outputs)..((item + 1) * outputs)]);

        static float[] Run(CompiledGraph compiled, float[] values, long items)
        {
            using var x = RuntimeTensor.Of(values, [items, inputs]);
            using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { ["x"] = x });
            return results["y"].Span<float>().ToArray();
        }
    }

    private static unsafe float[] Rows(float[] x, float[] weights)
    {
        using var run = new TestRun(1);
        var y = new float[2];
        fixed (float* px = x, pw = weights, py = y) DenseOperator.Run((1, 2, 2), false, px, pw, null, py, run);
        return y;
    }

    private static unsafe (float[] Found, double[] Expected) Product(int bits, int m, int k, int n, bool transposed, bool biased, int threads, int seed)
    {
        var (x, weights, bias) = (Random(m * k, seed), Random(k * n, seed + 1), Random(n, seed + 2));
        // as behind a ReLU
        for (var index = 0; index < x.Length; index += 3) x[index] = 0;
        var expected = new double[m * n];
        for (var item = 0; item < m; item++)
            for (var column = 0; column < n; column++)
            {
                double sum = biased ? bias[column] : 0;
                for (var index = 0; index < k; index++) sum += (double)x[item * k + index] * weights[transposed ? column * k + index : index * n + column];
                expected[item * n + column] = sum;
            }
        var found = new float[m * n];
        using var run = new TestRun(threads);
        fixed (float* px = x, pw = weights, pb = bias, py = found)
        {
            var addend = biased ? pb : null;
            if (bits == 512) DenseOperator.Run<Lanes512, Vector512<float>>((m, k, n), transposed, px, pw, addend, py, run);
            else if (bits == 256) DenseOperator.Run<Lanes256, Vector256<float>>((m, k, n), transposed, px, pw, addend, py, run);
            else DenseOperator.Run<Lanes128, Vector128<float>>((m, k, n), transposed, px, pw, addend, py, run);
        }
        return (found, expected);
    }

    private static float[] Random(int count, int seed)
    {
        var values = new float[count];
        new CounterRandom((ulong)seed).FillUniform(values, -1, 1);
        return values;
    }
}
