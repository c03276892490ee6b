using System.Numerics.Tensors;

namespace Reverie.Dream.Shaping;

/// <summary>Sums over whole pictures: in a fixed partition and accumulated in double, so that a result does not depend on the number of threads.</summary>
internal static class Reduction
{
    private const int Block = 4096;

    /// <summary>The mean of the magnitudes.</summary>
    public static double MeanMagnitude(ReadOnlySpan<float> values)
    {
        Span<double> wide = stackalloc double[Block];
        var sum = 0.0;
        for (var start = 0; start < values.Length; start += Block)
        {
            var block = values.Slice(start, Math.Min(Block, values.Length - start));
            TensorPrimitives.ConvertTruncating(block, wide[..block.Length]);
            sum += TensorPrimitives.SumOfMagnitudes<double>(wide[..block.Length]);
        }
        return sum / values.Length;
    }
}
