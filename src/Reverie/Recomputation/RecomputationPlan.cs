namespace Reverie.Recomputation;

/// <summary>How a graph was made to fit into a budget: what a recipe stores, so that a replay computes in the same way on any machine.</summary>
public sealed record RecomputationPlan
{
    /// <summary>Nothing is computed again, and memory is kept from operator to operator and from run to run.</summary>
    public static RecomputationPlan None { get; } = new();

    /// <summary>What the backward pass computes again, in the order of the network.</summary>
    public IReadOnlyList<RecomputedSegment> Segments { get; init; } = [];

    /// <summary>Whether the runtime keeps memory that it has taken; without, every tensor's memory is given back at its last use, which is slower and takes the least.</summary>
    public bool Arena { get; init; } = true;

    /// <inheritdoc/>
    public bool Equals(RecomputationPlan? other) => other is not null && Arena == other.Arena && Segments.SequenceEqual(other.Segments);

    /// <inheritdoc/>
    public override int GetHashCode() => Segments.Aggregate(Arena.GetHashCode(), HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => Segments.Count == 0 ? "nothing computed again" : $"computed again: {string.Join(", ", Segments)}";
}
