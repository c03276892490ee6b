namespace Reverie.Explain;

/// <summary>What <see cref="SensitivityN"/> finds.</summary>
/// <param name="Fractions">How much of the picture is taken away.</param>
/// <param name="Correlations">For each, the linear correlation of what the attributions claim and what f loses: 1 is best.</param>
/// <param name="Mean">The mean of the correlations.</param>
public sealed record SensitivityCurve(IReadOnlyList<double> Fractions, IReadOnlyList<double> Correlations, double Mean);

/// <summary>
/// Sensitivity-n (Ancona et al. 2018): whether the sum of the attributions of any n parts goes with what f loses without them. Random sets of n parts are taken away, down to the baseline, and sums and
/// losses correlated.
/// </summary>
public sealed record SensitivityN
{
    private const ulong Stream = 0x5420;

    /// <summary>The parts; the paper's are pixels, whose removal a network hardly sees before most are gone.</summary>
    public Features Features { get; init; } = Features.Grid(16);

    /// <summary>The sizes n, as fractions of all parts.</summary>
    public IReadOnlyList<double> Fractions { get; init; } = [0.1, 0.3, 0.5];

    /// <summary>How many sets of each size.</summary>
    public int Samples { get; init; } = 32;

    /// <summary>Which sets.</summary>
    public ulong Seed { get; init; }

    /// <summary>Measures an attribution of a picture.</summary>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    /// <exception cref="OperationCanceledException">The runs were cancelled.</exception>
    public SensitivityCurve Of(PictureSubject subject, Attribution attribution, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(attribution);
        if (Samples < 3) throw new ReverieException("sensitivity-n needs at least three samples of each size");
        if (Fractions.Count == 0 || Fractions.Any(each => each is not (> 0 and < 1))) throw new ReverieException("the sizes of sensitivity-n must be fractions between 0 and 1");
        var parts = Features.Divide(subject.Seen).Select((part, pixel) => (part, pixel)).GroupBy(each => each.part, each => each.pixel).OrderBy(group => group.Key).Select(group => group.ToArray()).ToList();
        if (parts.Count < 2) throw new ReverieException("sensitivity-n needs at least two parts");
        var removal = new Removal(subject, attribution);
        var correlations = Fractions.Select((fraction, size) =>
        {
            var n = Math.Clamp((int)Math.Round(fraction * parts.Count), 1, parts.Count - 1);
            var (claimed, lost) = removal.Measure([.. Enumerable.Range(0, Samples).Select(sample => Set(n, size * Samples + sample))], cancellation);
            return LinearCorrelation.Of(claimed, lost);
        }).ToList();
        return new(Fractions, correlations, correlations.Average());

        int[] Set(int n, int index) => [.. new CounterRandom(Seed, Stream, (uint)index).Permutation(parts.Count).Take(n).SelectMany(part => parts[part])];
    }
}
