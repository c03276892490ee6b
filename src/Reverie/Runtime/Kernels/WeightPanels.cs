using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Reverie.Runtime.Kernels;

/// <summary>The left factors of the matrix products: panels of 8 rows (output channels) that lie side by side, [length, 8].</summary>
internal static unsafe class WeightPanels
{
    /// <summary>Rows of a panel.</summary>
    public const int Rows = 8;

    /// <summary>How many panels there are for so many rows.</summary>
    public static int Count(int rows) => (rows + Rows - 1) / Rows;

    /// <summary>Makes a panel of up to 8 rows; missing ones are zero.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="rows">How many there are, 1 to 8.</param>
    /// <param name="length">Floats of a row.</param>
    /// <param name="target">[length, 8].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(float* source, nint stride, int rows, int length, float* target)
    {
        var index = 0;
        if (Avx.IsSupported && rows == Rows)
            for (; index <= length - 8; index += 8) Transpose(source + index, stride, target + index * Rows);
        for (; index < length; index++)
        {
            var row = 0;
            for (; row < rows; row++) target[index * Rows + row] = source[row * stride + index];
            for (; row < Rows; row++) target[index * Rows + row] = 0;
        }
    }

    // 8x8: pairs, then fours, then halves
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(float* source, nint stride, float* target)
    {
        Vector256<float> r0 = Vector256.Load(source), r1 = Vector256.Load(source + stride), r2 = Vector256.Load(source + 2 * stride), r3 = Vector256.Load(source + 3 * stride);
        Vector256<float> r4 = Vector256.Load(source + 4 * stride), r5 = Vector256.Load(source + 5 * stride), r6 = Vector256.Load(source + 6 * stride), r7 = Vector256.Load(source + 7 * stride);
        Fours(r0, r1, r2, r3, out var a0, out var a1, out var a2, out var a3);
        Fours(r4, r5, r6, r7, out var b0, out var b1, out var b2, out var b3);
        Avx.Permute2x128(a0, b0, 0x20).Store(target);
        Avx.Permute2x128(a1, b1, 0x20).Store(target + 8);
        Avx.Permute2x128(a2, b2, 0x20).Store(target + 16);
        Avx.Permute2x128(a3, b3, 0x20).Store(target + 24);
        Avx.Permute2x128(a0, b0, 0x31).Store(target + 32);
        Avx.Permute2x128(a1, b1, 0x31).Store(target + 40);
        Avx.Permute2x128(a2, b2, 0x31).Store(target + 48);
        Avx.Permute2x128(a3, b3, 0x31).Store(target + 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fours(Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3,
        out Vector256<float> c0, out Vector256<float> c1, out Vector256<float> c2, out Vector256<float> c3)
    {
        Vector256<double> a = Avx.UnpackLow(r0, r1).AsDouble(), b = Avx.UnpackLow(r2, r3).AsDouble();
        Vector256<double> c = Avx.UnpackHigh(r0, r1).AsDouble(), d = Avx.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx.UnpackLow(a, b).AsSingle();
        c1 = Avx.UnpackHigh(a, b).AsSingle();
        c2 = Avx.UnpackLow(c, d).AsSingle();
        c3 = Avx.UnpackHigh(c, d).AsSingle();
    }
}
