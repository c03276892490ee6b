using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Reverie.Runtime.Kernels;

/// <summary>Registers of 8 floats: AVX2 with FMA.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    public static int Width => 8;

    public static bool IsWide => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SquareRoot(Vector256<float> value) => Vector256.Sqrt(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) => Fma.MultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Rectify(Vector256<float> value) => Vector256.AndNot(value, Vector256.LessThan(value, Vector256<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Gate(Vector256<float> value, Vector256<float> gate) => value & Vector256.GreaterThan(gate, Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WhereEqual(Vector256<float> left, Vector256<float> right, Vector256<float> value, Vector256<float> otherwise) =>
        Vector256.ConditionalSelect(Vector256.Equals(left, right), value, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SplitPairs(float* line, out Vector256<float> even, out Vector256<float> odd)
    {
        // within halves, then the halves' quarters into place
        Vector256<float> first = Load(line), second = Load(line + 8);
        even = Avx2.Permute4x64(Avx.Shuffle(first, second, 0x88).AsDouble(), 0xD8).AsSingle();
        odd = Avx2.Permute4x64(Avx.Shuffle(first, second, 0xDD).AsDouble(), 0xD8).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void JoinPairs(Vector256<float> even, Vector256<float> odd, float* line)
    {
        Vector256<float> low = Avx.UnpackLow(even, odd), high = Avx.UnpackHigh(even, odd);
        Store(Avx.Permute2x128(low, high, 0x20), line);
        Store(Avx.Permute2x128(low, high, 0x31), line + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(float* line, out Vector256<float> p0, out Vector256<float> p1, out Vector256<float> p2, out Vector256<float> p3,
        out Vector256<float> p4, out Vector256<float> p5)
    {
        // half h of r_i holds tile 4h+i: 4x4 transposes within halves do the rest
        Vector256<float> r0 = Halves(line), r1 = Halves(line + 4), r2 = Halves(line + 8), r3 = Halves(line + 12);
        Transpose(r0, r1, r2, r3, out p0, out p1, out p2, out p3);
        // columns 4 and 5 are the next tile's 0 and 1
        var next = Vector256.Create(1, 2, 3, 4, 5, 6, 7, 0);
        p4 = Avx.Blend(Avx2.PermuteVar8x32(p0, next), Broadcast(line[32]), 0x80);
        p5 = Avx.Blend(Avx2.PermuteVar8x32(p1, next), Broadcast(line[33]), 0x80);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join(Vector256<float> p0, Vector256<float> p1, Vector256<float> p2, Vector256<float> p3, float* line)
    {
        Transpose(p0, p1, p2, p3, out var t0, out var t1, out var t2, out var t3);
        Store(Avx.Permute2x128(t0, t1, 0x20), line);
        Store(Avx.Permute2x128(t2, t3, 0x20), line + 8);
        Store(Avx.Permute2x128(t0, t1, 0x31), line + 16);
        Store(Avx.Permute2x128(t2, t3, 0x31), line + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(float* line) => Vector256.Create(Vector128.Load(line), Vector128.Load(line + 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3,
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
