using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reverie.Bench;

/// <summary>What one process measured; the JSON line that both sides print (pytorch/yardstick.py prints the same fields).</summary>
internal sealed record Measurement
{
    /// <summary>Names are snake_case, as in Python.</summary>
    public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Seconds of each run, in their order.</summary>
    public required double[] Seconds { get; init; }

    /// <summary>Processor seconds of each run, all threads together: what a busy machine disturbs less than the clock's, though waiting threads that spin count too.</summary>
    public required double[] CpuSeconds { get; init; }

    /// <summary>The most memory that the process ever had resident, in bytes, its runtime and libraries included.</summary>
    public required long PeakRssBytes { get; init; }

    /// <summary>The peak that was foretold before the first run; null where none was.</summary>
    public long? ForetoldRssBytes { get; init; }

    public required int Threads { get; init; }

    /// <summary>Versions of what ran: of ours.</summary>
    public string? Onnxruntime { get; init; }

    /// <summary>Versions of what ran: of PyTorch's side.</summary>
    public string? Torch { get; init; }

    /// <summary>The BLAS library that PyTorch loaded.</summary>
    public string? Blas { get; init; }

    [JsonIgnore]
    public double Median => Comparison.Median(Seconds);

    /// <summary>One measurement of several processes that did the same.</summary>
    public static Measurement Join(IReadOnlyList<Measurement> parts) => parts[0] with
    {
        Seconds = [.. parts.SelectMany(part => part.Seconds)],
        CpuSeconds = [.. parts.SelectMany(part => part.CpuSeconds)],
        PeakRssBytes = (long)Comparison.Median([.. parts.Select(part => (double)part.PeakRssBytes)]),
    };
}
