using System.Numerics.Tensors;
using Reverie.Dream.Shaping;
using Reverie.Imaging;

namespace Reverie.Dream.Streaming;

/// <summary>Arithmetic on planes that are not in memory, in passes over blocks; to the bit what the same arithmetic on arrays gives.</summary>
internal static class PlanePasses
{
    private delegate void Pass(Span<float> left, ReadOnlySpan<float> right);

    /// <summary>left += right.</summary>
    public static void Add(PlaneStore left, PlaneStore right) => Combine(left, right, static (l, r) => TensorPrimitives.Add(l, r, l));

    /// <summary>left -= right.</summary>
    public static void Subtract(PlaneStore left, PlaneStore right) => Combine(left, right, static (l, r) => TensorPrimitives.Subtract(l, r, l));

    /// <summary>left += factor right, kept within 0 to 1.</summary>
    public static void Step(PlaneStore left, PlaneStore right, float factor) => Combine(left, right, (l, r) =>
    {
        TensorPrimitives.MultiplyAdd(r, factor, l, l);
        TensorPrimitives.Clamp(l, 0f, 1f, l);
    });

    /// <summary>All values kept within 0 to 1.</summary>
    public static void Clamp(PlaneStore planes) => Combine(planes, null, static (l, _) => TensorPrimitives.Clamp(l, 0f, 1f, l));

    /// <summary>The mean of the magnitudes.</summary>
    public static double MeanMagnitude(PlaneStore planes) => Fold(planes, Reduction.AddMagnitudes) / planes.Count;

    /// <summary>The standard deviation.</summary>
    public static double StandardDeviation(PlaneStore planes) =>
        Reduction.Deviation(Fold(planes, Reduction.AddValues) / planes.Count, Math.Sqrt(Fold(planes, Reduction.AddSquares) / planes.Count));

    private static double Fold(PlaneStore planes, Func<double, ReadOnlySpan<float>, double> add)
    {
        var sum = 0.0;
        foreach (var (place, block) in Blocks(planes))
        {
            planes.Read(place, block.Span);
            sum = add(sum, block.Span);
        }
        return sum;
    }

    private static void Combine(PlaneStore left, PlaneStore? right, Pass pass)
    {
        var other = right is null ? [] : new float[Math.Min(PlaneStore.Block, left.Count)];
        foreach (var (place, block) in Blocks(left))
        {
            left.Read(place, block.Span);
            var second = right is null ? default : other.AsSpan(0, block.Length);
            right?.Read(place, second);
            pass(block.Span, second);
            left.Write(place, block.Span);
        }
    }

    private static IEnumerable<(long Place, Memory<float> Block)> Blocks(PlaneStore planes)
    {
        var buffer = new float[Math.Min(PlaneStore.Block, planes.Count)];
        for (long place = 0; place < planes.Count; place += buffer.Length) yield return (place, buffer.AsMemory(0, (int)Math.Min(buffer.Length, planes.Count - place)));
    }
}
