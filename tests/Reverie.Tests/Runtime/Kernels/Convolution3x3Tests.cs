using System.Runtime.Intrinsics;
using CsCheck;
using Reverie.Runtime.Kernels;

namespace Reverie.Tests.Runtime.Kernels;

/// <summary>3x3 convolutions, by Winograd's method and direct, against the definition, summed in float64, for every width of register.</summary>
public sealed class Convolution3x3Tests
{
    internal sealed record Case(ConvolutionSizes Sizes, bool Bias, bool Rectify, bool Gate, bool Addend, bool Direct, int Threads, int Seed);

    private static readonly Gen<Case> Cases =
        from batch in Gen.Int[1, 3]
        from inputs in Gen.Int[1, 40]
        from outputs in Gen.Int[1, 20]
        from height in Gen.Int[1, 40]
        from width in Gen.Int[1, 90]
        from pads in Gen.Int[0, 2].Array[4]
        from flags in Gen.Bool.Array[5]
        from threads in Gen.Int[1, 3]
        from seed in Gen.Int[0, 1 << 20]
        where height + pads[0] + pads[2] >= 3 && width + pads[1] + pads[3] >= 3
        select new Case(new(batch, inputs, outputs, height, width, pads[0], pads[1], pads[2], pads[3]), flags[0], flags[1], flags[2], flags[3], flags[4], threads, seed);

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void Equals_the_definition(int bits)
    {
        Assert.SkipUnless(IsSupported(bits), $"this processor has no registers of {bits} bits");
        Cases.Sample(each =>
        {
            var data = new Data(each);
            var (found, expected) = (data.Run(bits, each.Threads), data.Expected());
            double error = 0, norm = 0;
            for (var index = 0; index < found.Length; index++)
            {
                Assert.False(float.IsNaN(found[index]));
                error += Math.Pow(found[index] - expected[index], 2);
                norm += expected[index] * expected[index];
            }
            Assert.True(error <= 1e-11 * norm + 1e-12, $"{each}: relative error {Math.Sqrt(error / norm):E2}");
        }, iter: 12);
    }

    // many tiles with few channels (blocks of each thread's own), few tiles with many (shared blocks), several items; direct:
    // few pixels, blocks of part of a row, blocks of rows
    [Theory]
    [InlineData(1, 16, 16, 120, 121, false)]
    [InlineData(3, 16, 24, 70, 66, false)]
    [InlineData(2, 200, 130, 9, 13, false)]
    [InlineData(1, 32, 48, 40, 44, false)]
    [InlineData(2, 150, 100, 7, 7, true)]
    [InlineData(2, 20, 12, 41, 1030, true)]
    [InlineData(3, 16, 16, 90, 50, true)]
    public void Bits_depend_neither_on_threads_nor_on_the_batch(int batch, int inputs, int outputs, int height, int width, bool direct)
    {
        var data = new Data(new(new(batch, inputs, outputs, height, width, 1, 1, 1, 1), true, true, true, true, direct, 1, 5));
        foreach (var bits in new[] { 512, 256, 128 }.Where(IsSupported))
        {
            var one = data.Run(bits, 1);
            foreach (var threads in new[] { 2, 3, 8 }) Assert.Equal(one, data.Run(bits, threads));
            for (var item = 0; item < batch; item++)
                Assert.Equal(one.AsSpan(item * one.Length / batch, one.Length / batch), data.Item(item).Run(bits, 2).AsSpan());
            var expected = data.Expected();
            var error = one.Zip(expected, (a, b) => (a - b) * (a - b)).Sum() / expected.Sum(value => value * value);
            Assert.True(error <= 1e-11, $"relative error {Math.Sqrt(error):E2}");
        }
    }

    internal static bool IsSupported(int bits) => bits switch { 512 => Lanes512.IsSupported, 256 => Lanes256.IsSupported, _ => true };

    private sealed unsafe class Data
    {
        private readonly Case _case;
        private readonly float[] _input, _weights, _bias, _gate, _addend;

        public Data(Case each)
        {
            _case = each;
            var (sizes, random) = (each.Sizes, new Random(each.Seed));
            _input = Fill(sizes.Batch * sizes.Inputs * sizes.Height * sizes.Width);
            _weights = Fill(sizes.Outputs * sizes.Inputs * 9);
            _bias = Fill(sizes.Outputs);
            _gate = Fill(sizes.Batch * sizes.Outputs * sizes.OutputHeight * sizes.OutputWidth);
            _addend = Fill(_gate.Length);

            float[] Fill(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
        }

        private Data(Case each, float[] input, float[] weights, float[] bias, float[] gate, float[] addend) =>
            (_case, _input, _weights, _bias, _gate, _addend) = (each, input, weights, bias, gate, addend);

        private int OutputCount => _gate.Length;

        public Data Item(int item)
        {
            var batch = _case.Sizes.Batch;
            return new(_case with { Sizes = _case.Sizes with { Batch = 1 } }, Slice(_input), _weights, _bias, Slice(_gate), Slice(_addend));

            float[] Slice(float[] all) => all.AsSpan(item * all.Length / batch, all.Length / batch).ToArray();
        }

        public float[] Run(int bits, int threads)
        {
            var sizes = _case.Sizes;
            var output = new float[OutputCount];
            output.AsSpan().Fill(float.NaN);
            using var run = new TestRun(threads);
            fixed (float* input = _input, weights = _weights, bias = _bias, gate = _gate, addend = _addend, target = output)
            {
                var tensors = new ConvolutionTensors
                {
                    Input = input,
                    Weights = weights,
                    Bias = _case.Bias ? bias : null,
                    Addend = _case.Addend ? addend : null,
                    Gate = _case.Gate ? gate : null,
                    Output = target,
                    Rectify = _case.Rectify,
                };
                switch (bits)
                {
                    case 512: Run<Lanes512, Vector512<float>>(tensors, run); break;
                    case 256: Run<Lanes256, Vector256<float>>(tensors, run); break;
                    default: Run<Lanes128, Vector128<float>>(tensors, run); break;
                }
            }
            return output;
        }

        private void Run<TLanes, TVector>(in ConvolutionTensors tensors, TestRun run) where TLanes : ILanes<TVector> where TVector : unmanaged
        {
            if (_case.Direct) DirectConvolution<TLanes, TVector>.Run(_case.Sizes, tensors, run);
            else WinogradConvolution<TLanes, TVector>.Run(_case.Sizes, tensors, run);
        }

        public double[] Expected()
        {
            var sizes = _case.Sizes;
            var (rows, columns) = (sizes.OutputHeight, sizes.OutputWidth);
            var expected = new double[OutputCount];
            var index = 0;
            for (var item = 0; item < sizes.Batch; item++)
                for (var output = 0; output < sizes.Outputs; output++)
                    for (var row = 0; row < rows; row++)
                        for (var column = 0; column < columns; column++, index++)
                        {
                            var sum = _case.Bias ? (double)_bias[output] : 0;
                            for (var tap = 0; tap < 9; tap++)
                            {
                                var (y, x) = (row - sizes.Top + tap / 3, column - sizes.Left + tap % 3);
                                if (y < 0 || y >= sizes.Height || x < 0 || x >= sizes.Width) continue;
                                for (var input = 0; input < sizes.Inputs; input++)
                                    sum += (double)_weights[(output * sizes.Inputs + input) * 9 + tap] * _input[((item * sizes.Inputs + input) * sizes.Height + y) * sizes.Width + x];
                            }
                            if (_case.Addend) sum += _addend[index];
                            if (_case.Rectify && sum < 0) sum = 0;
                            expected[index] = _case.Gate && _gate[index] <= 0 ? 0 : sum;
                        }
            return expected;
        }
    }
}
