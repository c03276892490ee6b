using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// y = x W + b with W [K,N]: the rows of W, weighted and added. Sections of rows are summed by themselves, so that no chain of additions is longer than a section or their number;
/// rows of weight zero, half of them behind a ReLU and all but one behind a logit's cotangent, are not read.
/// </summary>
internal static unsafe class WeightedRows<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    // columns of a job, whose sums fit the first-level cache, and rows of a section
    private const int Columns = 1024, Section = 64;
    private const int Together = 8;

    public static void Run(int m, int k, int n, float* x, float* weights, float* bias, float* y, KernelRun run)
    {
        if (m == 0) return;
        var (inputs, matrix, addend, result) = (new Pointer(x), new Pointer(weights), new Pointer(bias), new Pointer(y));
        run.For((n + Columns - 1) / Columns, job =>
        {
            var from = job * Columns;
            Block(inputs + 0, matrix + from, addend.Value == 0 ? null : addend + from, result + from, m, k, n, Math.Min(Columns, n - from));
        });
    }

    private static void Block(float* x, float* weights, float* bias, float* y, int m, int k, int n, int columns)
    {
        var sums = stackalloc float[Columns];
        var chosen = stackalloc int[Section + Together];
        for (var item = 0; item < m; item++) new Span<float>(y + (nint)item * n, columns).Clear();
        // sections outside, items inside: a section of the weights stays in the second-level cache for all items
        for (var first = 0; first < k; first += Section)
            for (var item = 0; item < m; item++)
            {
                var row = x + (nint)item * k;
                var count = 0;
                for (var index = first; index < Math.Min(k, first + Section); index++)
                    if (row[index] != 0) chosen[count++] = index; // NaN is not 0
                if (count == 0) continue;
                new Span<float>(sums, columns).Clear();
                for (var index = 0; index < count; index += Together) Add(row, weights, n, chosen + index, Math.Min(Together, count - index), sums, columns);
                Accumulate(sums, y + (nint)item * n, columns);
            }
        if (bias is null) return;
        for (var item = 0; item < m; item++) Accumulate(bias, y + (nint)item * n, columns);
    }

    // sums += the chosen rows, each times its weight, one after the other
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* x, float* weights, nint stride, int* chosen, int count, float* sums, int columns)
    {
        if (count < Together)
        {
            for (var index = 0; index < count; index++) AddOne(x[chosen[index]], weights + chosen[index] * stride, sums, columns);
            return;
        }
        float* r0 = weights + chosen[0] * stride, r1 = weights + chosen[1] * stride, r2 = weights + chosen[2] * stride, r3 = weights + chosen[3] * stride;
        float* r4 = weights + chosen[4] * stride, r5 = weights + chosen[5] * stride, r6 = weights + chosen[6] * stride, r7 = weights + chosen[7] * stride;
        float x0 = x[chosen[0]], x1 = x[chosen[1]], x2 = x[chosen[2]], x3 = x[chosen[3]], x4 = x[chosen[4]], x5 = x[chosen[5]], x6 = x[chosen[6]], x7 = x[chosen[7]];
        TVector v0 = TLanes.Broadcast(x0), v1 = TLanes.Broadcast(x1), v2 = TLanes.Broadcast(x2), v3 = TLanes.Broadcast(x3);
        TVector v4 = TLanes.Broadcast(x4), v5 = TLanes.Broadcast(x5), v6 = TLanes.Broadcast(x6), v7 = TLanes.Broadcast(x7);
        var column = 0;
        for (; column <= columns - TLanes.Width; column += TLanes.Width)
        {
            var sum = TLanes.MultiplyAdd(v0, TLanes.Load(r0 + column), TLanes.Load(sums + column));
            sum = TLanes.MultiplyAdd(v1, TLanes.Load(r1 + column), sum);
            sum = TLanes.MultiplyAdd(v2, TLanes.Load(r2 + column), sum);
            sum = TLanes.MultiplyAdd(v3, TLanes.Load(r3 + column), sum);
            sum = TLanes.MultiplyAdd(v4, TLanes.Load(r4 + column), sum);
            sum = TLanes.MultiplyAdd(v5, TLanes.Load(r5 + column), sum);
            sum = TLanes.MultiplyAdd(v6, TLanes.Load(r6 + column), sum);
            TLanes.Store(TLanes.MultiplyAdd(v7, TLanes.Load(r7 + column), sum), sums + column);
        }
        for (; column < columns; column++)
            sums[column] += x0 * r0[column] + x1 * r1[column] + x2 * r2[column] + x3 * r3[column] + x4 * r4[column] + x5 * r5[column] + x6 * r6[column] + x7 * r7[column];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOne(float weight, float* row, float* sums, int columns)
    {
        var factor = TLanes.Broadcast(weight);
        var column = 0;
        for (; column <= columns - TLanes.Width; column += TLanes.Width)
            TLanes.Store(TLanes.MultiplyAdd(factor, TLanes.Load(row + column), TLanes.Load(sums + column)), sums + column);
        for (; column < columns; column++) sums[column] += weight * row[column];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(float* addend, float* sums, int columns)
    {
        var column = 0;
        for (; column <= columns - TLanes.Width; column += TLanes.Width)
            TLanes.Store(TLanes.Add(TLanes.Load(sums + column), TLanes.Load(addend + column)), sums + column);
        for (; column < columns; column++) sums[column] += addend[column];
    }
}
