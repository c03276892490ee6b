using System.Runtime.Intrinsics;
using Reverie.Runtime.Kernels.Native;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// <c>Dense(x, weights, bias?)</c>: the product of a few rows with a large matrix as it lies in memory: x [M,K], weights [K,N], or [N,K] where <c>transposed</c> is 1, bias [N].
/// Attributes: <c>transposed</c>, <c>threads</c>.
/// </summary>
internal sealed class DenseOperator : KernelOperator
{
    public const string OperatorName = "Dense";

    public override string Name => OperatorName;

    public override int Inputs => 3;

    public override int RequiredInputs => 2;

    public override Kernel Create(KernelAttributes attributes) =>
        new DenseKernel(attributes["transposed\0"u8] != 0) { Threads = (int)attributes["threads\0"u8] };

    /// <summary>Computes the product.</summary>
    /// <param name="sizes">M, K and N.</param>
    /// <param name="transposed">Whether the weights are [N,K].</param>
    /// <param name="x">[M,K].</param>
    /// <param name="weights">[K,N] or [N,K].</param>
    /// <param name="bias">[N], or null.</param>
    /// <param name="y">[M,N], the result.</param>
    /// <param name="run">Threads and scratch memory.</param>
    public static unsafe void Run((int M, int K, int N) sizes, bool transposed, float* x, float* weights, float* bias, float* y, KernelRun run)
    {
        switch (KernelWidth.Bits)
        {
            case 512: Run<Lanes512, Vector512<float>>(sizes, transposed, x, weights, bias, y, run); break;
            case 256: Run<Lanes256, Vector256<float>>(sizes, transposed, x, weights, bias, y, run); break;
            default: Run<Lanes128, Vector128<float>>(sizes, transposed, x, weights, bias, y, run); break;
        }
    }

    /// <summary>The same with registers of a given width.</summary>
    internal static unsafe void Run<TLanes, TVector>((int M, int K, int N) sizes, bool transposed, float* x, float* weights, float* bias, float* y, KernelRun run)
        where TLanes : ILanes<TVector> where TVector : unmanaged
    {
        if (transposed) RowProducts<TLanes, TVector>.Run(sizes.M, sizes.K, sizes.N, x, weights, bias, y, run);
        else WeightedRows<TLanes, TVector>.Run(sizes.M, sizes.K, sizes.N, x, weights, bias, y, run);
    }

    private sealed unsafe class DenseKernel(bool transposed) : Kernel
    {
        public override void Compute(KernelContext context)
        {
            if (context.ShapeOf(0) is not [var rows, var length] || context.ShapeOf(1) is not [var first, var second])
                throw new ReverieException("invalid shape: a fully connected layer takes a matrix");
            var (inputs, outputs) = transposed ? (second, first) : (first, second);
            if (length != inputs) throw new ReverieException($"invalid shape: a fully connected layer of {inputs} inputs was given {length}");
            if (context.ShapeOf(2) is { } bias && !bias.AsSpan().SequenceEqual([outputs])) throw new InvalidOperationException("the bias is not of the result's width");
            Run((checked((int)rows), checked((int)inputs), checked((int)outputs)), transposed, (float*)context.Input(0), (float*)context.Input(1), (float*)context.Input(2),
                (float*)context.Output(0, rows, outputs), context);
        }
    }
}
