using System.Runtime.CompilerServices;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// The innermost loop of the matrix products: 8 rows of a result from a panel of 8 rows of the left factor, kept in registers over the whole depth.
/// </summary>
internal static unsafe class PanelProduct<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    /// <summary>Rows of a panel.</summary>
    public const int Rows = 8;

    // Rounding errors grow with the root of the number of terms: sums are taken in sections, those of a call are added up, and only their sum is added to what the
    // target holds. Three levels of about the same length lose least: of 512 terms in sections of 16 and parts of 128, the root of 16 + 8 + 4 instead of 512.
    private const int Section = 16;

    /// <summary>target[8, columns] (+)= panel[depth, 8]^T x right[depth, columns].</summary>
    /// <param name="panel">The left factor, 8 rows side by side.</param>
    /// <param name="right">The right factor, row after row.</param>
    /// <param name="rightStride">Floats from one of its rows to the next.</param>
    /// <param name="target">The result, row after row.</param>
    /// <param name="targetStride">Floats from one of its rows to the next.</param>
    /// <param name="depth">The length of the sums.</param>
    /// <param name="columns">A multiple of the register's width.</param>
    /// <param name="accumulate">Whether to add to what the target holds.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* panel, float* right, nint rightStride, float* target, nint targetStride, int depth, int columns, bool accumulate)
    {
        var wide = 3 * TLanes.Width;
        var apart = accumulate && depth > Section;
        var part = stackalloc float[apart ? Rows * wide : 1];
        for (; columns > 0; columns -= wide, right += wide, target += wide)
        {
            var sums = apart ? part : target;
            var stride = apart ? wide : targetStride;
            for (var from = 0; from < depth; from += Section)
                Add(panel + from * Rows, right + from * rightStride, rightStride, sums, stride, Math.Min(Section, depth - from), columns, from > 0 || accumulate && !apart);
            if (apart) AddUp(part, wide, target, targetStride, Math.Min(columns, wide));
        }
    }

    private static void AddUp(float* part, int partStride, float* target, nint targetStride, int columns)
    {
        for (var row = 0; row < Rows; row++, part += partStride, target += targetStride)
            for (var column = 0; column < columns; column += TLanes.Width)
                Put(TLanes.Load(part + column), target + column, accumulate: true);
    }

    // up to three registers of columns
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* panel, float* right, nint rightStride, float* target, nint targetStride, int depth, int columns, bool accumulate)
    {
        if (columns < 3 * TLanes.Width)
            for (; columns > 0; columns -= TLanes.Width, right += TLanes.Width, target += TLanes.Width)
                EightByOne(panel, right, rightStride, target, targetStride, depth, accumulate);
        else if (TLanes.IsWide) EightByThree(panel, right, rightStride, target, targetStride, depth, accumulate);
        else
        {
            FourByThree(panel, right, rightStride, target, targetStride, depth, accumulate);
            FourByThree(panel + 4, right, rightStride, target + 4 * targetStride, targetStride, depth, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightByThree(float* panel, float* right, nint rightStride, float* target, nint targetStride, int depth, bool accumulate)
    {
        TVector a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2, e0, e1, e2, f0, f1, f2, g0, g1, g2, h0, h1, h2;
        a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = d0 = d1 = d2 = e0 = e1 = e2 = f0 = f1 = f2 = g0 = g1 = g2 = h0 = h1 = h2 = default;
        var width = TLanes.Width;
        for (var end = panel + (nint)depth * Rows; panel < end; panel += Rows, right += rightStride)
        {
            TVector r0 = TLanes.Load(right), r1 = TLanes.Load(right + width), r2 = TLanes.Load(right + 2 * width);
            var left = TLanes.Broadcast(panel[0]);
            a0 = TLanes.MultiplyAdd(left, r0, a0);
            a1 = TLanes.MultiplyAdd(left, r1, a1);
            a2 = TLanes.MultiplyAdd(left, r2, a2);
            left = TLanes.Broadcast(panel[1]);
            b0 = TLanes.MultiplyAdd(left, r0, b0);
            b1 = TLanes.MultiplyAdd(left, r1, b1);
            b2 = TLanes.MultiplyAdd(left, r2, b2);
            left = TLanes.Broadcast(panel[2]);
            c0 = TLanes.MultiplyAdd(left, r0, c0);
            c1 = TLanes.MultiplyAdd(left, r1, c1);
            c2 = TLanes.MultiplyAdd(left, r2, c2);
            left = TLanes.Broadcast(panel[3]);
            d0 = TLanes.MultiplyAdd(left, r0, d0);
            d1 = TLanes.MultiplyAdd(left, r1, d1);
            d2 = TLanes.MultiplyAdd(left, r2, d2);
            left = TLanes.Broadcast(panel[4]);
            e0 = TLanes.MultiplyAdd(left, r0, e0);
            e1 = TLanes.MultiplyAdd(left, r1, e1);
            e2 = TLanes.MultiplyAdd(left, r2, e2);
            left = TLanes.Broadcast(panel[5]);
            f0 = TLanes.MultiplyAdd(left, r0, f0);
            f1 = TLanes.MultiplyAdd(left, r1, f1);
            f2 = TLanes.MultiplyAdd(left, r2, f2);
            left = TLanes.Broadcast(panel[6]);
            g0 = TLanes.MultiplyAdd(left, r0, g0);
            g1 = TLanes.MultiplyAdd(left, r1, g1);
            g2 = TLanes.MultiplyAdd(left, r2, g2);
            left = TLanes.Broadcast(panel[7]);
            h0 = TLanes.MultiplyAdd(left, r0, h0);
            h1 = TLanes.MultiplyAdd(left, r1, h1);
            h2 = TLanes.MultiplyAdd(left, r2, h2);
        }
        Put(a0, a1, a2, target, accumulate);
        Put(b0, b1, b2, target += targetStride, accumulate);
        Put(c0, c1, c2, target += targetStride, accumulate);
        Put(d0, d1, d2, target += targetStride, accumulate);
        Put(e0, e1, e2, target += targetStride, accumulate);
        Put(f0, f1, f2, target += targetStride, accumulate);
        Put(g0, g1, g2, target += targetStride, accumulate);
        Put(h0, h1, h2, target + targetStride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByThree(float* panel, float* right, nint rightStride, float* target, nint targetStride, int depth, bool accumulate)
    {
        TVector a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2;
        a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = d0 = d1 = d2 = default;
        var width = TLanes.Width;
        for (var end = panel + (nint)depth * Rows; panel < end; panel += Rows, right += rightStride)
        {
            TVector r0 = TLanes.Load(right), r1 = TLanes.Load(right + width), r2 = TLanes.Load(right + 2 * width);
            var left = TLanes.Broadcast(panel[0]);
            a0 = TLanes.MultiplyAdd(left, r0, a0);
            a1 = TLanes.MultiplyAdd(left, r1, a1);
            a2 = TLanes.MultiplyAdd(left, r2, a2);
            left = TLanes.Broadcast(panel[1]);
            b0 = TLanes.MultiplyAdd(left, r0, b0);
            b1 = TLanes.MultiplyAdd(left, r1, b1);
            b2 = TLanes.MultiplyAdd(left, r2, b2);
            left = TLanes.Broadcast(panel[2]);
            c0 = TLanes.MultiplyAdd(left, r0, c0);
            c1 = TLanes.MultiplyAdd(left, r1, c1);
            c2 = TLanes.MultiplyAdd(left, r2, c2);
            left = TLanes.Broadcast(panel[3]);
            d0 = TLanes.MultiplyAdd(left, r0, d0);
            d1 = TLanes.MultiplyAdd(left, r1, d1);
            d2 = TLanes.MultiplyAdd(left, r2, d2);
        }
        Put(a0, a1, a2, target, accumulate);
        Put(b0, b1, b2, target += targetStride, accumulate);
        Put(c0, c1, c2, target += targetStride, accumulate);
        Put(d0, d1, d2, target + targetStride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightByOne(float* panel, float* right, nint rightStride, float* target, nint targetStride, int depth, bool accumulate)
    {
        TVector a, b, c, d, e, f, g, h;
        a = b = c = d = e = f = g = h = default;
        for (var end = panel + (nint)depth * Rows; panel < end; panel += Rows, right += rightStride)
        {
            var column = TLanes.Load(right);
            a = TLanes.MultiplyAdd(TLanes.Broadcast(panel[0]), column, a);
            b = TLanes.MultiplyAdd(TLanes.Broadcast(panel[1]), column, b);
            c = TLanes.MultiplyAdd(TLanes.Broadcast(panel[2]), column, c);
            d = TLanes.MultiplyAdd(TLanes.Broadcast(panel[3]), column, d);
            e = TLanes.MultiplyAdd(TLanes.Broadcast(panel[4]), column, e);
            f = TLanes.MultiplyAdd(TLanes.Broadcast(panel[5]), column, f);
            g = TLanes.MultiplyAdd(TLanes.Broadcast(panel[6]), column, g);
            h = TLanes.MultiplyAdd(TLanes.Broadcast(panel[7]), column, h);
        }
        Put(a, target, accumulate);
        Put(b, target += targetStride, accumulate);
        Put(c, target += targetStride, accumulate);
        Put(d, target += targetStride, accumulate);
        Put(e, target += targetStride, accumulate);
        Put(f, target += targetStride, accumulate);
        Put(g, target += targetStride, accumulate);
        Put(h, target + targetStride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TVector first, TVector second, TVector third, float* target, bool accumulate)
    {
        Put(first, target, accumulate);
        Put(second, target + TLanes.Width, accumulate);
        Put(third, target + 2 * TLanes.Width, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TVector value, float* target, bool accumulate) =>
        TLanes.Store(accumulate ? TLanes.Add(TLanes.Load(target), value) : value, target);
}
