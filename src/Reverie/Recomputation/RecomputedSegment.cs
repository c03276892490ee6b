using System.Text.Json.Serialization;

namespace Reverie.Recomputation;

/// <summary>
/// A stretch of a network's forward pass that the backward pass computes again, instead of keeping what it computed the first time. Named by tensors, so that it
/// can be written down and found again.
/// </summary>
/// <param name="First">The first output of its first operator, in the order of the network.</param>
/// <param name="Last">The first output of its last operator.</param>
/// <param name="From">The first output of the operator from which on it is computed, where that lies before <paramref name="First"/>: what the operators between give is not kept.</param>
public sealed record RecomputedSegment(string First, string Last, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? From = null)
{
    /// <inheritdoc/>
    public override string ToString() => From is null ? $"{First}..{Last}" : $"{First}..{Last} from {From}";
}
