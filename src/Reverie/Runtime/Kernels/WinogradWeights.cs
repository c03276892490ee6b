using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Reverie.Runtime.Kernels.Winograd;

namespace Reverie.Runtime.Kernels;

/// <summary>
/// The transform of weights. They are kept as 9 taps and transformed at each run: it costs 2 % of a convolution at most sizes, and four times the weights' memory
/// is not held (nor read, which for few tiles would cost more than the transform).
/// </summary>
internal static unsafe class WinogradWeights
{
    // channels that are packed at once, into the first-level cache
    private const int Chunk = 8;

    /// <summary>Transforms the weights of 8 output channels into 36 panels [inputs, 8].</summary>
    /// <param name="weights">The first of the output channels: [inputs, 9].</param>
    /// <param name="outputs">How many there are, 1 to 8; missing ones are zero.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="target">Where the first of the 36 panels goes.</param>
    /// <param name="stride">Floats from one of the 36 to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transform(float* weights, int outputs, int inputs, float* target, nint stride)
    {
        const int rows = WeightPanels.Rows;
        var taps = stackalloc float[Chunk * 9 * rows];
        var columns = stackalloc Vector512<double>[3 * Window];
        for (var first = 0; first < inputs; first += Chunk)
        {
            var count = Math.Min(Chunk, inputs - first);
            WeightPanels.Pack(weights + first * 9, (nint)inputs * 9, outputs, count * 9, taps);
            for (var packed = taps; packed < taps + count * 9 * rows; packed += 9 * rows, target += rows)
            {
                for (var column = 0; column < 3; column++)
                    Line(Wide(packed + column * rows), Wide(packed + (3 + column) * rows), Wide(packed + (6 + column) * rows), columns + column, 3);
                for (var row = 0; row < Window; row++)
                    Store(columns[3 * row], columns[3 * row + 1], columns[3 * row + 2], target + row * Window * stride, stride);
            }
        }
    }

    // Transformed weights are used for every tile: what is lost in them is not averaged away. So they are rounded once, at the end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Wide(float* from)
    {
        var (low, high) = Vector256.Widen(Vector256.Load(from));
        return Vector512.Create(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<double> value, float* target) => Vector256.Narrow(value.GetLower(), value.GetUpper()).Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<double> g0, Vector512<double> g1, Vector512<double> g2, float* target, nint stride)
    {
        Six(g0, g1, g2, out var u0, out var u1, out var u2, out var u3, out var u4, out var u5);
        Put(u0, target);
        Put(u1, target + stride);
        Put(u2, target + 2 * stride);
        Put(u3, target + 3 * stride);
        Put(u4, target + 4 * stride);
        Put(u5, target + 5 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line(Vector512<double> g0, Vector512<double> g1, Vector512<double> g2, Vector512<double>* target, int stride) =>
        Six(g0, g1, g2, out target[0], out target[stride], out target[2 * stride], out target[3 * stride], out target[4 * stride], out target[5 * stride]);

    // G: (g0 ± p g1 + p^2 g2) / (2 p^2 (p^2 - q^2)), the same with p and q exchanged, g0 / (p^2 q^2) and g2
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Six(Vector512<double> g0, Vector512<double> g1, Vector512<double> g2,
        out Vector512<double> u0, out Vector512<double> u1, out Vector512<double> u2, out Vector512<double> u3, out Vector512<double> u4, out Vector512<double> u5)
    {
        const double ofP = 1 / (2.0 * P2 * ((double)P2 - Q2));
        const double ofQ = 1 / (2.0 * Q2 * ((double)Q2 - P2));
        u0 = g0 * (1.0 / ((double)P2 * Q2));
        var (even, odd) = ((g0 + g2 * P2) * ofP, g1 * (P / (2.0 * P2 * ((double)P2 - Q2))));
        u1 = even + odd;
        u2 = even - odd;
        (even, odd) = ((g0 + g2 * Q2) * ofQ, g1 * (Q / (2.0 * Q2 * ((double)Q2 - P2))));
        u3 = even + odd;
        u4 = even - odd;
        u5 = g2;
    }
}
