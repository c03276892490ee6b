namespace Reverie.Explain;

/// <summary>Spearman's rank correlation of two maps: how far two methods, or two runs, agree on the order of places.</summary>
public static class RankCorrelation
{
    /// <summary>From -1 (reversed) over 0 (nothing in common) to 1 (the same order). Equal numbers share the mean of their ranks. 0 where a map is the same everywhere.</summary>
    /// <exception cref="ArgumentException">The maps are not of one size.</exception>
    public static double Of(double[] one, double[] other)
    {
        if (one.Length != other.Length) throw new ArgumentException("maps of different sizes have no rank correlation", nameof(other));
        var (first, second) = (Ranks(one), Ranks(other));
        var middle = (one.Length - 1) / 2.0;
        var (product, squares, others) = (0.0, 0.0, 0.0);
        for (var index = 0; index < first.Length; index++)
        {
            var (a, b) = (first[index] - middle, second[index] - middle);
            (product, squares, others) = (product + a * b, squares + a * a, others + b * b);
        }
        return squares == 0 || others == 0 ? 0 : product / Math.Sqrt(squares * others);
    }

    private static double[] Ranks(double[] values)
    {
        var (sorted, order) = ((double[])values.Clone(), Enumerable.Range(0, values.Length).ToArray());
        Array.Sort(sorted, order);
        var ranks = new double[values.Length];
        for (var start = 0; start < sorted.Length;)
        {
            var end = start;
            while (end + 1 < sorted.Length && sorted[end + 1] == sorted[start]) end++;
            for (var index = start; index <= end; index++) ranks[order[index]] = (start + end) / 2.0;
            start = end + 1;
        }
        return ranks;
    }
}
