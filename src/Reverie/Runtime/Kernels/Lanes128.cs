using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Reverie.Runtime.Kernels;

/// <summary>Registers of 4 floats: NEON, or any other processor, in operations that .NET offers everywhere.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Width => 4;

    public static bool IsWide => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* target) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SquareRoot(Vector128<float> value) => Vector128.Sqrt(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) => Vector128.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Rectify(Vector128<float> value) => Vector128.AndNot(value, Vector128.LessThan(value, Vector128<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Gate(Vector128<float> value, Vector128<float> gate) => value & Vector128.GreaterThan(gate, Vector128<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WhereEqual(Vector128<float> left, Vector128<float> right, Vector128<float> value, Vector128<float> otherwise) =>
        Vector128.ConditionalSelect(Vector128.Equals(left, right), value, otherwise);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SplitPairs(float* line, out Vector128<float> even, out Vector128<float> odd)
    {
        even = Vector128.Create(line[0], line[2], line[4], line[6]);
        odd = Vector128.Create(line[1], line[3], line[5], line[7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void JoinPairs(Vector128<float> even, Vector128<float> odd, float* line)
    {
        for (var pair = 0; pair < 4; pair++)
        {
            line[2 * pair] = even.GetElement(pair);
            line[2 * pair + 1] = odd.GetElement(pair);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(float* line, out Vector128<float> p0, out Vector128<float> p1, out Vector128<float> p2, out Vector128<float> p3,
        out Vector128<float> p4, out Vector128<float> p5)
    {
        p0 = Vector128.Create(line[0], line[4], line[8], line[12]);
        p1 = Vector128.Create(line[1], line[5], line[9], line[13]);
        p2 = Vector128.Create(line[2], line[6], line[10], line[14]);
        p3 = Vector128.Create(line[3], line[7], line[11], line[15]);
        p4 = Vector128.Create(line[4], line[8], line[12], line[16]);
        p5 = Vector128.Create(line[5], line[9], line[13], line[17]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join(Vector128<float> p0, Vector128<float> p1, Vector128<float> p2, Vector128<float> p3, float* line)
    {
        for (var tile = 0; tile < 4; tile++)
        {
            line[4 * tile] = p0.GetElement(tile);
            line[4 * tile + 1] = p1.GetElement(tile);
            line[4 * tile + 2] = p2.GetElement(tile);
            line[4 * tile + 3] = p3.GetElement(tile);
        }
    }
}
