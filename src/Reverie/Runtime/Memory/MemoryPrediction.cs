namespace Reverie.Runtime.Memory;

/// <summary>The memory that a process will have resident, foretold before a run.</summary>
/// <param name="ResidentBytes">What it has resident now: itself, its libraries, the session with its weights, the caller's buffers as far as they are written.</param>
/// <param name="RunBytes">What runs will add: tensors, and what operators need beside them.</param>
public sealed record MemoryPrediction(long ResidentBytes, long RunBytes)
{
    /// <summary>The sum of both.</summary>
    public long PeakBytes => ResidentBytes + RunBytes;

    /// <summary>In megabytes of 10^6 bytes.</summary>
    public override string ToString() => FormattableString.Invariant($"{PeakBytes / 1e6:0} MB ({ResidentBytes / 1e6:0} MB now, {RunBytes / 1e6:0} MB for the run)");
}
