using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>R2: the channels of a layer are put into another order, and what reads them follows.</summary>
public sealed class PermuteChannels : EquivalentRewrite
{
    private static readonly string[] Channelwise =
    [
        "Relu", "LeakyRelu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Elu", "Selu", "Softplus", "Mish", "Gelu", "Erf",
        "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Dropout", "Identity",
    ];

    /// <inheritdoc/>
    public override string Id => "R2";

    /// <inheritdoc/>
    public override string Title => "channels permuted";

    /// <inheritdoc/>
    public override string Identity => "W2 ReLU(W1 x) = (W2 P^T) ReLU(P W1 x), P a permutation";

    private protected override int Rewrite(RewriteContext context)
    {
        var places = 0;
        foreach (var node in context.Graph.Nodes)
        {
            if (RewriteContext.Is(node, "BatchNormalization") || node.Int("group", 1) != 1 || ChannelLayer.Outputs(context, node) is not { } channels) continue;
            if (ChannelFlow.Follow(context, node.Output, each => Role(context, each)) is not { } uses) continue;
            var ones = new double[channels];
            Array.Fill(ones, 1);
            var change = new ChannelChange(context.Random.Permutation(channels), ones);
            ChannelLayer.ChangeOutputs(context, node, change);
            foreach (var use in uses)
            {
                if (use.Role == ChannelRole.Absorb) ChannelLayer.Absorb(context, use, change);
                else if (use.Role == ChannelRole.Adapt) ChannelLayer.Reorder(context, use, change);
            }
            places++;
        }
        return places;
    }

    private static ChannelRole Role(RewriteContext context, Node node)
    {
        if (RewriteContext.Is(node, Channelwise)) return ChannelRole.Pass;
        if (ChannelLayer.IsNormalisation(context, node)) return ChannelRole.Adapt;
        if (RewriteContext.Is(node, "Conv") && context.Numbers(node.Input(1)) is not null)
        {
            if (node.Int("group", 1) == 1) return ChannelRole.Absorb;
            // one filter for each channel: they follow the new order; not where there are several
            return ChannelLayer.IsDepthwise(context, node) && ChannelLayer.Outputs(context, node) == (int)node.Int("group", 1) ? ChannelRole.Adapt : ChannelRole.Stop;
        }
        return RewriteContext.Is(node, "Gemm", "MatMul") && ChannelLayer.IsDense(context, node) ? ChannelRole.Absorb : ChannelRole.Stop;
    }
}
