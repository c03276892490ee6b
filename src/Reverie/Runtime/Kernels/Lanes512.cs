using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Reverie.Runtime.Kernels;

/// <summary>Registers of 16 floats: AVX-512.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static bool IsSupported => Avx512F.IsSupported;

    public static int Width => 16;

    public static bool IsWide => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SquareRoot(Vector512<float> value) => Vector512.Sqrt(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) => Vector512.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Rectify(Vector512<float> value) => Vector512.ConditionalSelect(Vector512.LessThan(value, Vector512<float>.Zero), Vector512<float>.Zero, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gate(Vector512<float> value, Vector512<float> gate) => value & Vector512.GreaterThan(gate, Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WhereEqual(Vector512<float> left, Vector512<float> right, Vector512<float> value, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.Equals(left, right), value, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SplitPairs(float* line, out Vector512<float> even, out Vector512<float> odd)
    {
        var places = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        Vector512<float> first = Load(line), second = Load(line + 16);
        even = Avx512F.PermuteVar16x32x2(first, places, second);
        odd = Avx512F.PermuteVar16x32x2(first, places + Vector512<int>.One, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void JoinPairs(Vector512<float> even, Vector512<float> odd, float* line)
    {
        var places = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        Store(Avx512F.PermuteVar16x32x2(even, places, odd), line);
        Store(Avx512F.PermuteVar16x32x2(even, places + Vector512.Create(8), odd), line + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(float* line, out Vector512<float> p0, out Vector512<float> p1, out Vector512<float> p2, out Vector512<float> p3,
        out Vector512<float> p4, out Vector512<float> p5)
    {
        // columns 0 and 1 (2 and 3) of the first eight tiles, then of the other eight
        var first = Vector512.Create(0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
        var second = first + Vector512.Create(2);
        Vector512<float> v0 = Load(line), v1 = Load(line + 16), v2 = Load(line + 32), v3 = Load(line + 48);
        var low01 = Avx512F.PermuteVar16x32x2(v0, first, v1);
        var low23 = Avx512F.PermuteVar16x32x2(v0, second, v1);
        var high01 = Avx512F.PermuteVar16x32x2(v2, first, v3);
        var high23 = Avx512F.PermuteVar16x32x2(v2, second, v3);
        p0 = Avx512F.Shuffle4x128(low01, high01, 0x44);
        p1 = Avx512F.Shuffle4x128(low01, high01, 0xEE);
        p2 = Avx512F.Shuffle4x128(low23, high23, 0x44);
        p3 = Avx512F.Shuffle4x128(low23, high23, 0xEE);
        // columns 4 and 5 are the next tile's 0 and 1
        p4 = Avx512F.AlignRight32(Broadcast(line[64]).AsInt32(), p0.AsInt32(), 1).AsSingle();
        p5 = Avx512F.AlignRight32(Broadcast(line[65]).AsInt32(), p1.AsInt32(), 1).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join(Vector512<float> p0, Vector512<float> p1, Vector512<float> p2, Vector512<float> p3, float* line)
    {
        // 4x4 transposes within quarters, then the quarters into place
        Vector512<float> a = Avx512F.UnpackLow(p0, p1), b = Avx512F.UnpackLow(p2, p3), c = Avx512F.UnpackHigh(p0, p1), d = Avx512F.UnpackHigh(p2, p3);
        var t0 = Avx512F.UnpackLow(a.AsDouble(), b.AsDouble()).AsSingle();
        var t1 = Avx512F.UnpackHigh(a.AsDouble(), b.AsDouble()).AsSingle();
        var t2 = Avx512F.UnpackLow(c.AsDouble(), d.AsDouble()).AsSingle();
        var t3 = Avx512F.UnpackHigh(c.AsDouble(), d.AsDouble()).AsSingle();
        // quarter q of t_j holds tile 4q+j
        var even01 = Avx512F.Shuffle4x128(t0, t1, 0x44);
        var even23 = Avx512F.Shuffle4x128(t2, t3, 0x44);
        var odd01 = Avx512F.Shuffle4x128(t0, t1, 0xEE);
        var odd23 = Avx512F.Shuffle4x128(t2, t3, 0xEE);
        Store(Avx512F.Shuffle4x128(even01, even23, 0x88), line);
        Store(Avx512F.Shuffle4x128(even01, even23, 0xDD), line + 16);
        Store(Avx512F.Shuffle4x128(odd01, odd23, 0x88), line + 32);
        Store(Avx512F.Shuffle4x128(odd01, odd23, 0xDD), line + 48);
    }
}
