using Reverie.Onnx.Rewrites;

namespace Reverie.Axioms;

/// <summary>R3: every BatchNormalization after a convolution is multiplied into its weights, as exporters do.</summary>
public sealed class FoldBatchNorm : EquivalentRewrite
{
    /// <inheritdoc/>
    public override string Id => "R3";

    /// <inheritdoc/>
    public override string Title => "BatchNorm folded";

    /// <inheritdoc/>
    public override string Identity => "BN(W x + b) = (f W) x + f (b - mean) + bias, f = scale / sqrt(variance + epsilon)";

    private protected override int Rewrite(RewriteContext context) => Fold(context);

    /// <summary>Folds in float64; returns how many were folded.</summary>
    internal static int Fold(RewriteContext context)
    {
        var before = context.Graph.Nodes.Count;
        BatchNormFolding.Apply(context.Graph, exact: true);
        return before - context.Graph.Nodes.Count;
    }
}
