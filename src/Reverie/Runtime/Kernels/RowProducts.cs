using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// y = x W^T + b with W [N,K]: dot products of rows. Every sum runs in twice as many partial sums as a register has lanes, taken together section by section: of 25,088 terms on
/// 16 lanes none is added to more than 24 + 33 others. That, and no copy of the weights, is what it has over a packed matrix product.
/// </summary>
internal static unsafe class RowProducts<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    // rows of the weights in a job, and steps of a section
    private const int Block = 16, Section = 24;

    public static void Run(int m, int k, int n, float* x, float* weights, float* bias, float* y, KernelRun run)
    {
        if (m == 0) return;
        var (inputs, matrix, addend, result) = (new Pointer(x), new Pointer(weights), new Pointer(bias), new Pointer(y));
        run.For((n + Block - 1) / Block, job =>
        {
            for (var row = job * Block; row < Math.Min(n, (job + 1) * Block); row += 2)
            {
                // the last of an odd number is computed twice, into a place of its own
                var pair = row + 1 < n ? row + 1 : row;
                for (var item = 0; item < m; item++)
                {
                    var (first, second) = Pair(inputs + (nint)item * k, matrix + (nint)row * k, matrix + (nint)pair * k, k);
                    var target = result + (nint)item * n;
                    target[row] = addend.Value == 0 ? first : first + (addend + 0)[row];
                    target[pair] = addend.Value == 0 ? second : second + (addend + 0)[pair];
                }
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float First, float Second) Pair(float* x, float* first, float* second, int length)
    {
        TVector a = TLanes.Broadcast(0), b = a;
        var index = 0;
        for (var whole = length - 2 * TLanes.Width; index <= whole;)
        {
            TVector a0 = TLanes.Broadcast(0), a1 = a0, b0 = a0, b1 = a0;
            for (var end = Math.Min(index + Section * 2 * TLanes.Width, whole + 1); index < end; index += 2 * TLanes.Width)
            {
                TVector x0 = TLanes.Load(x + index), x1 = TLanes.Load(x + index + TLanes.Width);
                a0 = TLanes.MultiplyAdd(x0, TLanes.Load(first + index), a0);
                b0 = TLanes.MultiplyAdd(x0, TLanes.Load(second + index), b0);
                a1 = TLanes.MultiplyAdd(x1, TLanes.Load(first + index + TLanes.Width), a1);
                b1 = TLanes.MultiplyAdd(x1, TLanes.Load(second + index + TLanes.Width), b1);
            }
            a = TLanes.Add(a, TLanes.Add(a0, a1));
            b = TLanes.Add(b, TLanes.Add(b0, b1));
        }
        float restA = 0, restB = 0;
        for (; index < length; index++)
        {
            restA += x[index] * first[index];
            restB += x[index] * second[index];
        }
        return (Sum(a) + restA, Sum(b) + restB);
    }

    // by halves, as short a chain as there is
    private static float Sum(TVector vector)
    {
        var lanes = stackalloc float[16];
        TLanes.Store(vector, lanes);
        for (var half = TLanes.Width / 2; half > 0; half /= 2)
            for (var lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
        return lanes[0];
    }
}
