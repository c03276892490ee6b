namespace Reverie.Bench.Zoo;

/// <summary>One line of the table: what the errors and the measurements of one architecture came to. Kept as JSON, so that a run can be resumed.</summary>
internal sealed record ZooRow
{
    public required string Name { get; init; }
    public required int Size { get; init; }
    public required long Parameters { get; init; }

    /// <summary>Nodes of the plain file after reading.</summary>
    public required int Nodes { get; init; }

    /// <summary>Nodes of the graph that computes logits and gradient.</summary>
    public required int GradientNodes { get; init; }

    public required int Inputs { get; init; }

    /// <summary>The largest relative L2 error of our float64 gradients of the plain form.</summary>
    public required double Float64Error { get; init; }

    /// <summary>Our float32 errors by form and tensor, one for each picture.</summary>
    public required Dictionary<string, double[]> Float32Errors { get; init; }

    /// <summary>PyTorch's, by tensor.</summary>
    public required Dictionary<string, double[]> PyTorchFloat32Errors { get; init; }

    /// <summary>Our side's and PyTorch's timings of the gradient of a logit; null until they are measured.</summary>
    public Measurement? Ours { get; init; }

    public Measurement? PyTorch { get; init; }

    /// <summary>Where our time goes, by operator; taken only where we are slower.</summary>
    public string? Profile { get; init; }

    public double? TimeRatio => Ours?.Median / PyTorch?.Median;

    public double? MemoryRatio => Ours?.PeakRssBytes / (double?)PyTorch?.PeakRssBytes;

    public double Median(string form, string tensor) => Comparison.Median(Float32Errors[$"{form} {tensor}"]);

    /// <summary>On how many pictures a mask flipped, in the plain and in the folded form: our count and PyTorch's.</summary>
    public (int Ours, int PyTorch) Flips => (Flipped(Float32Errors["plain logits"]) + Flipped(Float32Errors["folded logits"]),
        Flipped(PyTorchFloat32Errors["logits"]) + Flipped(PyTorchFloat32Errors[ZooNetwork.FoldedLogits]));

    public double PyTorchMedian(string tensor) => Comparison.Median(PyTorchFloat32Errors[tensor]);

    // rounding without a flip stays two orders below
    private static int Flipped(double[] errors) => errors.Count(error => error > 1e-5);
}
