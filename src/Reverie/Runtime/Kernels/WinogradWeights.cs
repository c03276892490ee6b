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
        var columns = stackalloc Vector256<float>[3 * Window];
        for (var first = 0; first < inputs; first += Chunk)
        {
            var count = Math.Min(Chunk, inputs - first);
            WeightPanels.Pack(weights + first * 9, (nint)inputs * 9, outputs, count * 9, taps);
            for (var packed = taps; packed < taps + count * 9 * rows; packed += 9 * rows, target += rows)
            {
                for (var column = 0; column < 3; column++)
                    Line(Vector256.Load(packed + column * rows), Vector256.Load(packed + (3 + column) * rows), Vector256.Load(packed + (6 + column) * rows), columns + column, 3);
                for (var row = 0; row < Window; row++)
                    Store(columns[3 * row], columns[3 * row + 1], columns[3 * row + 2], target + row * Window * stride, stride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> g0, Vector256<float> g1, Vector256<float> g2, float* target, nint stride)
    {
        Six(g0, g1, g2, out var u0, out var u1, out var u2, out var u3, out var u4, out var u5);
        u0.Store(target);
        u1.Store(target + stride);
        u2.Store(target + 2 * stride);
        u3.Store(target + 3 * stride);
        u4.Store(target + 4 * stride);
        u5.Store(target + 5 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line(Vector256<float> g0, Vector256<float> g1, Vector256<float> g2, Vector256<float>* target, int stride) =>
        Six(g0, g1, g2, out target[0], out target[stride], out target[2 * stride], out target[3 * stride], out target[4 * stride], out target[5 * stride]);

    // G: (g0 ± p g1 + p^2 g2) / (2 p^2 (p^2 - q^2)), the same with p and q exchanged, g0 / (p^2 q^2) and g2
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Six(Vector256<float> g0, Vector256<float> g1, Vector256<float> g2,
        out Vector256<float> u0, out Vector256<float> u1, out Vector256<float> u2, out Vector256<float> u3, out Vector256<float> u4, out Vector256<float> u5)
    {
        const float ofP = (float)(1 / (2.0 * P2 * (P2 - Q2)));
        const float ofQ = (float)(1 / (2.0 * Q2 * (Q2 - P2)));
        u0 = g0 * (float)(1.0 / (P2 * Q2));
        var (even, odd) = ((g0 + g2 * P2) * ofP, g1 * (float)(P / (2.0 * P2 * (P2 - Q2))));
        u1 = even + odd;
        u2 = even - odd;
        (even, odd) = ((g0 + g2 * Q2) * ofQ, g1 * (float)(Q / (2.0 * Q2 * (Q2 - P2))));
        u3 = even + odd;
        u4 = even - odd;
        u5 = g2;
    }
}
