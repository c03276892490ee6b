using System.Numerics.Tensors;

namespace Reverie.Dream.Shaping;

/// <summary>Sums over whole pictures: in a fixed partition and accumulated in double, so that a result does not depend on the number of threads.</summary>
internal static class Reduction
{
    private const int Block = 4096;

    private delegate double BlockSum(ReadOnlySpan<double> block);

    /// <summary>The mean of the magnitudes.</summary>
    public static double MeanMagnitude(ReadOnlySpan<float> values) => Sum(values, static block => TensorPrimitives.SumOfMagnitudes(block)) / values.Length;

    /// <summary>The mean.</summary>
    public static double Mean(ReadOnlySpan<float> values) => Sum(values, static block => TensorPrimitives.Sum(block)) / values.Length;

    /// <summary>The root of the mean of the squares.</summary>
    public static double RootMeanSquare(ReadOnlySpan<float> values) => Math.Sqrt(Sum(values, static block => TensorPrimitives.SumOfSquares(block)) / values.Length);

    /// <summary>The standard deviation (of the whole population).</summary>
    public static double StandardDeviation(ReadOnlySpan<float> values)
    {
        var (mean, rms) = (Mean(values), RootMeanSquare(values));
        return Math.Sqrt(Math.Max(0, rms * rms - mean * mean));
    }

    private static double Sum(ReadOnlySpan<float> values, BlockSum sumOf)
    {
        Span<double> wide = stackalloc double[Block];
        var sum = 0.0;
        for (var start = 0; start < values.Length; start += Block)
        {
            var block = values.Slice(start, Math.Min(Block, values.Length - start));
            TensorPrimitives.ConvertTruncating(block, wide[..block.Length]);
            sum += sumOf(wide[..block.Length]);
        }
        return sum;
    }
}
