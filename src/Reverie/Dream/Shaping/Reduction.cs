using System.Numerics.Tensors;

namespace Reverie.Dream.Shaping;

/// <summary>Sums over whole pictures: in a fixed partition and accumulated in double, so that a result does not depend on the number of threads.</summary>
internal static class Reduction
{
    private const int Block = 4096;

    /// <summary>A sum of magnitudes continued: blocks taken one after the other, each a multiple of 4096 values long but the last, give the sum of the whole to the bit.</summary>
    public static double AddMagnitudes(double sum, ReadOnlySpan<float> values) => Sum(values, static block => TensorPrimitives.SumOfMagnitudes(block), sum);

    /// <summary>A sum continued, likewise.</summary>
    public static double AddValues(double sum, ReadOnlySpan<float> values) => Sum(values, static block => TensorPrimitives.Sum(block), sum);

    /// <summary>A sum of squares continued, likewise.</summary>
    public static double AddSquares(double sum, ReadOnlySpan<float> values) => Sum(values, static block => TensorPrimitives.SumOfSquares(block), sum);

    private delegate double BlockSum(ReadOnlySpan<double> block);

    /// <summary>The mean of the magnitudes.</summary>
    public static double MeanMagnitude(ReadOnlySpan<float> values) => AddMagnitudes(0, values) / values.Length;

    /// <summary>The mean.</summary>
    public static double Mean(ReadOnlySpan<float> values) => AddValues(0, values) / values.Length;

    /// <summary>The root of the mean of the squares.</summary>
    public static double RootMeanSquare(ReadOnlySpan<float> values) => Math.Sqrt(AddSquares(0, values) / values.Length);

    /// <summary>The standard deviation (of the whole population).</summary>
    public static double StandardDeviation(ReadOnlySpan<float> values)
    {
        var (mean, rms) = (Mean(values), RootMeanSquare(values));
        return Deviation(mean, rms);
    }

    /// <summary>The standard deviation that a mean and a root mean square make.</summary>
    public static double Deviation(double mean, double rootMeanSquare) => Math.Sqrt(Math.Max(0, rootMeanSquare * rootMeanSquare - mean * mean));

    private static double Sum(ReadOnlySpan<float> values, BlockSum sumOf, double sum)
    {
        Span<double> wide = stackalloc double[Block];
        for (var start = 0; start < values.Length; start += Block)
        {
            var block = values.Slice(start, Math.Min(Block, values.Length - start));
            TensorPrimitives.ConvertTruncating(block, wide[..block.Length]);
            sum += sumOf(wide[..block.Length]);
        }
        return sum;
    }
}
