namespace Reverie.Axioms;

/// <summary>The rewrites, by their names.</summary>
public static class EquivalentRewrites
{
    /// <summary>All of them, in the order of tables.</summary>
    public static IReadOnlyList<EquivalentRewrite> All { get; } =
    [
        new RescaleChannels(), new PermuteChannels(), new FoldBatchNorm(), new UnfoldBatchNorm(), new SplitConvolution(), new InsertIdentity(), new SplitInput(), new UnrollMaxPool(), new UnrollRelu(), new GhostBranch(),
    ];
}
