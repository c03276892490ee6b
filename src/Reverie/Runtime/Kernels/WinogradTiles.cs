using System.Runtime.CompilerServices;
using static Reverie.Runtime.Kernels.Winograd;

namespace Reverie.Runtime.Kernels;

/// <summary>The transforms of tiles, many tiles side by side in a register: planes in, 36 values each; 36 sums each, planes out.</summary>
internal static unsafe class WinogradTiles<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : unmanaged
{
    /// <summary>Floats that a line of tiles takes, with room for a whole register after the last tile.</summary>
    public static int LineLength(int tiles) => Tile * (tiles + TLanes.Width) + Window;

    /// <summary>Transforms a row of tiles of one plane.</summary>
    /// <param name="plane">The plane, row after row.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="top">The row where the tiles begin; may lie outside.</param>
    /// <param name="left">The column where the first tile begins; may lie outside.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="lines">Room for 6 lines.</param>
    /// <param name="lineLength">Floats of a line.</param>
    /// <param name="target">Where the first of the 36 values of the first tile goes; a register may be written beyond the last tile.</param>
    /// <param name="stride">Floats from one of the 36 to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* plane, int height, int width, int top, int left, int tiles, float* lines, int lineLength, float* target, nint stride)
    {
        // columns first, where tiles share them; so they lie in memory as the plane does
        Columns(plane, height, width, top, left, tiles * Tile + Window - Tile, lines, lineLength);
        for (var row = 0; row < Window; row++, lines += lineLength, target += Window * stride)
            for (var tile = 0; tile < tiles; tile += TLanes.Width)
            {
                TLanes.Split(lines + Tile * tile, out var d0, out var d1, out var d2, out var d3, out var d4, out var d5);
                Six(d0, d1, d2, d3, d4, d5, out var v0, out var v1, out var v2, out var v3, out var v4, out var v5);
                var place = target + tile;
                TLanes.Store(v0, place);
                TLanes.Store(v1, place + stride);
                TLanes.Store(v2, place + 2 * stride);
                TLanes.Store(v3, place + 3 * stride);
                TLanes.Store(v4, place + 4 * stride);
                TLanes.Store(v5, place + 5 * stride);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns(float* plane, int height, int width, int top, int left, int length, float* lines, int lineLength)
    {
        var begin = Math.Clamp(-left, 0, length);
        var end = Math.Clamp(width - left, begin, length);
        for (var row = 0; row < Window; row++)
        {
            new Span<float>(lines + row * lineLength, begin).Clear();
            new Span<float>(lines + row * lineLength + end, length - end).Clear();
        }
        if (end - begin < TLanes.Width)
        {
            Narrow(plane, height, width, top, left, begin, end, lines, lineLength);
            return;
        }
        for (var column = begin; column < end; column += TLanes.Width)
        {
            // the last register overlaps the one before: what is written twice is the same
            if (column > end - TLanes.Width) column = end - TLanes.Width;
            var source = plane + left + column;
            TVector d0 = Row(source, 0), d1 = Row(source, 1), d2 = Row(source, 2), d3 = Row(source, 3), d4 = Row(source, 4), d5 = Row(source, 5);
            Six(d0, d1, d2, d3, d4, d5, out var v0, out var v1, out var v2, out var v3, out var v4, out var v5);
            var line = lines + column;
            TLanes.Store(v0, line);
            TLanes.Store(v1, line + lineLength);
            TLanes.Store(v2, line + 2 * lineLength);
            TLanes.Store(v3, line + 3 * lineLength);
            TLanes.Store(v4, line + 4 * lineLength);
            TLanes.Store(v5, line + 5 * lineLength);
        }

        TVector Row(float* source, int row) => (uint)(top + row) < (uint)height ? TLanes.Load(source + (nint)(top + row) * width) : default;
    }

    // a plane narrower than a register: through a copy that is not
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(float* plane, int height, int width, int top, int left, int begin, int end, float* lines, int lineLength)
    {
        const int longest = 16;
        var rows = stackalloc float[Window * longest];
        for (var row = 0; row < Window; row++)
        {
            var target = new Span<float>(rows + row * longest, longest);
            target.Clear();
            if ((uint)(top + row) < (uint)height) new Span<float>(plane + (nint)(top + row) * width + left + begin, end - begin).CopyTo(target);
        }
        Six(TLanes.Load(rows), TLanes.Load(rows + longest), TLanes.Load(rows + 2 * longest), TLanes.Load(rows + 3 * longest), TLanes.Load(rows + 4 * longest),
            TLanes.Load(rows + 5 * longest), out var v0, out var v1, out var v2, out var v3, out var v4, out var v5);
        TLanes.Store(v0, rows);
        TLanes.Store(v1, rows + longest);
        TLanes.Store(v2, rows + 2 * longest);
        TLanes.Store(v3, rows + 3 * longest);
        TLanes.Store(v4, rows + 4 * longest);
        TLanes.Store(v5, rows + 5 * longest);
        for (var row = 0; row < Window; row++)
            new Span<float>(rows + row * longest, end - begin).CopyTo(new(lines + row * lineLength + begin, end - begin));
    }

    /// <summary>Turns sums of a row of tiles into results: four lines, one after another.</summary>
    /// <param name="sums">The first of the 36 sums of the first tile; a register may be read beyond the last tile.</param>
    /// <param name="stride">Floats from one of the 36 to the next.</param>
    /// <param name="tiles">How many tiles.</param>
    /// <param name="lines">Room for 4 lines.</param>
    /// <param name="lineLength">Floats of a line.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Back(float* sums, nint stride, int tiles, float* lines, int lineLength)
    {
        var rows = stackalloc TVector[Tile * Window];
        for (var tile = 0; tile < tiles; tile += TLanes.Width)
        {
            var source = sums + tile;
            for (var column = 0; column < Window; column++, source += stride)
                Four(TLanes.Load(source), TLanes.Load(source + 6 * stride), TLanes.Load(source + 12 * stride), TLanes.Load(source + 18 * stride),
                    TLanes.Load(source + 24 * stride), TLanes.Load(source + 30 * stride),
                    out rows[column], out rows[Window + column], out rows[2 * Window + column], out rows[3 * Window + column]);
            for (var row = 0; row < Tile; row++)
            {
                var m = rows + row * Window;
                Four(m[0], m[1], m[2], m[3], m[4], m[5], out var y0, out var y1, out var y2, out var y3);
                TLanes.Join(y0, y1, y2, y3, lines + row * lineLength + Tile * tile);
            }
        }
    }

    // B^T: row 0: p^2 q^2, 0, -(p^2 + q^2), 0, 1, 0; rows ±p: x^4 - q^2 x^2 ± p (x^3 - q^2 x); rows ±q: likewise; row 5: as row 0, one later
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Six(TVector d0, TVector d1, TVector d2, TVector d3, TVector d4, TVector d5,
        out TVector v0, out TVector v1, out TVector v2, out TVector v3, out TVector v4, out TVector v5)
    {
        TVector product = TLanes.Broadcast(P2 * Q2), sum = TLanes.Broadcast(-(P2 + Q2)), p2 = TLanes.Broadcast(-P2), q2 = TLanes.Broadcast(-Q2);
        v0 = TLanes.MultiplyAdd(product, d0, TLanes.MultiplyAdd(sum, d2, d4));
        var even = TLanes.MultiplyAdd(q2, d2, d4);
        var odd = TLanes.Multiply(TLanes.Broadcast(P), TLanes.MultiplyAdd(q2, d1, d3));
        v1 = TLanes.Add(even, odd);
        v2 = TLanes.Subtract(even, odd);
        even = TLanes.MultiplyAdd(p2, d2, d4);
        odd = TLanes.Multiply(TLanes.Broadcast(Q), TLanes.MultiplyAdd(p2, d1, d3));
        v3 = TLanes.Add(even, odd);
        v4 = TLanes.Subtract(even, odd);
        v5 = TLanes.MultiplyAdd(product, d1, TLanes.MultiplyAdd(sum, d3, d5));
    }

    // A^T: row k: p^k (m1 ± m2) + q^k (m3 ± m4), with m0 in the first and m5 in the last
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(TVector m0, TVector m1, TVector m2, TVector m3, TVector m4, TVector m5,
        out TVector y0, out TVector y1, out TVector y2, out TVector y3)
    {
        TVector pSum = TLanes.Add(m1, m2), pDifference = TLanes.Subtract(m1, m2), qSum = TLanes.Add(m3, m4), qDifference = TLanes.Subtract(m3, m4);
        y0 = TLanes.Add(m0, TLanes.Add(pSum, qSum));
        y1 = TLanes.MultiplyAdd(TLanes.Broadcast(P), pDifference, TLanes.Multiply(TLanes.Broadcast(Q), qDifference));
        y2 = TLanes.MultiplyAdd(TLanes.Broadcast(P2), pSum, TLanes.Multiply(TLanes.Broadcast(Q2), qSum));
        y3 = TLanes.MultiplyAdd(TLanes.Broadcast(P3), pDifference, TLanes.MultiplyAdd(TLanes.Broadcast(Q3), qDifference, m5));
    }
}
