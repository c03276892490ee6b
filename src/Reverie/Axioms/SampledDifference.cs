namespace Reverie.Axioms;

/// <summary>
/// How far two attributions that are equal in expectation lie apart, for methods that draw samples: independent runs tell the standard error of their difference, and what lies within
/// four of them is noise (docs/axioms.md).
/// </summary>
/// <param name="Relative">The L2 norm of the mean difference, over that of the first attribution's mean.</param>
/// <param name="StandardError">The standard error of that number: the L2 norm of the elements' standard errors, over the same.</param>
internal sealed record SampledDifference(double Relative, double StandardError)
{
    private const double MostErrors = 4;

    /// <summary>Below this share two attributions are the same whatever their noise.</summary>
    private const double NearlyNothing = 1e-6;

    /// <summary>Whether the difference may be noise alone.</summary>
    public bool IsNoise => Relative < NearlyNothing || Relative <= MostErrors * StandardError;

    /// <summary>Compares independent runs.</summary>
    /// <param name="runs">Both attributions of each run; at least two runs.</param>
    public static SampledDifference Of(IReadOnlyList<(double[] One, double[] Other)> runs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs.Count, 2);
        double difference = 0, variance = 0, size = 0;
        for (var place = 0; place < runs[0].One.Length; place++)
        {
            double mean = 0, of = 0, spread = 0;
            foreach (var (one, other) in runs) (mean, of) = (mean + (one[place] - other[place]) / runs.Count, of + one[place] / runs.Count);
            foreach (var (one, other) in runs) spread += Math.Pow(one[place] - other[place] - mean, 2);
            difference += mean * mean;
            // of the mean, whose variance is that of one run over the number of runs
            variance += spread / (runs.Count - 1) / runs.Count;
            size += of * of;
        }
        // of nothing, any difference is all there is
        return size > 0 ? new(Math.Sqrt(difference / size), Math.Sqrt(variance / size)) : new(difference > 0 ? 1 : 0, 0);
    }
}
