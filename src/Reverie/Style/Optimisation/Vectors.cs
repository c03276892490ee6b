using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Reverie.Style.Optimisation;

/// <summary>
/// Reductions over long vectors: in blocks of a fixed size, each in float32 as SIMD sums it, the blocks' sums in double. So a result depends neither on the number of
/// threads nor on the vector's address, and millions of elements cost no digits.
/// </summary>
internal static class Vectors
{
    private const int Block = 4096;

    /// <summary>The sum of products.</summary>
    public static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        AddDot(ref sum, left, right);
        return sum;
    }

    /// <summary>Adds the sum of products of a part that begins at a multiple of the blocks: part after part gives <see cref="Dot"/> of the whole.</summary>
    public static void AddDot(ref double sum, ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        for (var start = 0; start < left.Length; start += Block)
        {
            var length = Math.Min(Block, left.Length - start);
            sum += TensorPrimitives.Dot(left.Slice(start, length), right.Slice(start, length));
        }
    }

    /// <summary>The sum of magnitudes; not finite where an element is not.</summary>
    public static double SumOfMagnitudes(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        for (var start = 0; start < values.Length; start += Block)
            sum += TensorPrimitives.SumOfMagnitudes(values.Slice(start, Math.Min(Block, values.Length - start)));
        return sum;
    }

    /// <summary>Writes a vector's bytes.</summary>
    public static void Write(BinaryWriter writer, ReadOnlySpan<float> values) => writer.Write(MemoryMarshal.AsBytes(values));

    /// <summary>Reads as many numbers as the vector has.</summary>
    public static void Read(BinaryReader reader, Span<float> values) => reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values));

    /// <summary>target += factor source.</summary>
    public static void AddScaled(ReadOnlySpan<float> source, double factor, Span<float> target) => TensorPrimitives.MultiplyAdd(source, (float)factor, target, target);
}
