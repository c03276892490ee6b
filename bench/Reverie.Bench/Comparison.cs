namespace Reverie.Bench;

/// <summary>Both sides of one work.</summary>
/// <param name="Work">What was measured.</param>
/// <param name="Ours">Reverie's side, one measurement per round.</param>
/// <param name="PyTorch">PyTorch's side, one per round; null where it was not measured.</param>
/// <param name="GradientDifference">The relative L2 difference of our gradient from PyTorch's; null where PyTorch was not measured.</param>
internal sealed record Comparison(Work Work, IReadOnlyList<Measurement> Ours, IReadOnlyList<Measurement>? PyTorch, double? GradientDifference)
{
    public Measurement OursJoined { get; } = Measurement.Join(Ours);

    public Measurement? PyTorchJoined { get; } = PyTorch is null ? null : Measurement.Join(PyTorch);

    /// <summary>Our median time over PyTorch's, of all runs.</summary>
    public double? TimeRatio => OursJoined.Median / PyTorchJoined?.Median;

    /// <summary>The median over rounds of that ratio: rounds are short, so that what else the machine does in the meantime falls on both.</summary>
    public double? RoundRatio => PyTorch is null ? null : Median([.. Ours.Zip(PyTorch, (ours, theirs) => ours.Median / theirs.Median)]);

    /// <summary>Our fastest run over PyTorch's.</summary>
    public double? BestRatio => OursJoined.Seconds.Min() / PyTorchJoined?.Seconds.Min();

    /// <summary>The ratio of the medians of processor time.</summary>
    public double? CpuRatio => PyTorchJoined is null ? null : Median(OursJoined.CpuSeconds) / Median(PyTorchJoined.CpuSeconds);

    public double? MemoryRatio => OursJoined.PeakRssBytes / (double?)PyTorchJoined?.PeakRssBytes;

    public static double Median(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The relative L2 difference of two arrays, in double.</summary>
    public static double Difference(ReadOnlySpan<float> found, ReadOnlySpan<float> truth) => Difference(Widened(found), Widened(truth));

    /// <summary>The relative L2 difference of two arrays.</summary>
    public static double Difference(double[] found, double[] truth)
    {
        if (found.Length != truth.Length) throw new ReverieException($"the gradients have {found.Length} and {truth.Length} elements");
        double difference = 0, norm = 0;
        for (var index = 0; index < found.Length; index++)
        {
            var d = found[index] - truth[index];
            difference += d * d;
            norm += truth[index] * truth[index];
        }
        return Math.Sqrt(difference / norm);
    }

    private static double[] Widened(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (var index = 0; index < wide.Length; index++) wide[index] = values[index];
        return wide;
    }
}
