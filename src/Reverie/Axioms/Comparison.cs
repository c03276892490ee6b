using Reverie.Explain;

namespace Reverie.Axioms;

/// <summary>How two attributions of the same inputs differ.</summary>
/// <param name="Relative">The L2 norm of the difference, over that of the first.</param>
/// <param name="Largest">The largest difference of one element, over the largest magnitude of the first.</param>
/// <param name="Spearman">The rank correlation of the magnitudes.</param>
internal sealed record Comparison(double Relative, double Largest, double Spearman)
{
    /// <summary>Compares maps.</summary>
    public static Comparison Of(IReadOnlyList<Signal> one, IReadOnlyList<Signal> other)
    {
        double difference = 0, size = 0, largest = 0, magnitude = 0;
        for (var index = 0; index < one.Count; index++)
            for (var place = 0; place < one[index].Values.Length; place++)
            {
                var (a, b) = (one[index].Values[place], other[index].Values[place]);
                difference += (a - b) * (a - b);
                size += a * a;
                largest = Math.Max(largest, Math.Abs(a - b));
                magnitude = Math.Max(magnitude, Math.Abs(a));
            }
        // of nothing, any difference is all there is
        return new(size > 0 ? Math.Sqrt(difference / size) : difference > 0 ? 1 : 0, magnitude > 0 ? largest / magnitude : largest > 0 ? 1 : 0, RankCorrelation.Of(Magnitudes(one), Magnitudes(other)));
    }

    private static double[] Magnitudes(IReadOnlyList<Signal> maps) => [.. maps.SelectMany(map => map.Values).Select(Math.Abs)];
}
