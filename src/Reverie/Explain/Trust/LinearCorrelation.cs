namespace Reverie.Explain;

/// <summary>Pearson's linear correlation.</summary>
public static class LinearCorrelation
{
    /// <summary>From -1 over 0 to 1; 0 where one of both is the same everywhere.</summary>
    /// <exception cref="ArgumentException">There are not as many of one as of the other.</exception>
    public static double Of(IReadOnlyList<double> one, IReadOnlyList<double> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one.Count != other.Count) throw new ArgumentException("series of different lengths have no correlation", nameof(other));
        if (one.Count == 0) return 0;
        var (mean, otherMean) = (one.Average(), other.Average());
        var (product, squares, others) = (0.0, 0.0, 0.0);
        for (var index = 0; index < one.Count; index++)
        {
            var (a, b) = (one[index] - mean, other[index] - otherMean);
            (product, squares, others) = (product + a * b, squares + a * a, others + b * b);
        }
        return squares == 0 || others == 0 ? 0 : product / Math.Sqrt(squares * others);
    }
}
