using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>R1: every channel of a layer is multiplied by a positive number, and what reads it divides by that. Rectifiers and pools let positive factors through.</summary>
public sealed class RescaleChannels : EquivalentRewrite
{
    // factors of exp(1.5 n), n normal; cut so that float32 keeps its digits
    private const double Spread = 1.5, MostDeviations = 2;

    private static readonly string[] Homogeneous = ["Relu", "LeakyRelu", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Dropout", "Identity"];

    /// <inheritdoc/>
    public override string Id => "R1";

    /// <inheritdoc/>
    public override string Title => "channels rescaled";

    /// <inheritdoc/>
    public override string Identity => "W2 ReLU(W1 x) = (W2 / s) ReLU(s W1 x), s > 0";

    private protected override int Rewrite(RewriteContext context)
    {
        var places = 0;
        foreach (var node in context.Graph.Nodes)
        {
            if (ChannelLayer.Outputs(context, node) is not { } channels) continue;
            if (ChannelFlow.Follow(context, node.Output, each => Role(context, each)) is not { } uses) continue;
            var scale = new double[channels];
            for (var channel = 0; channel < channels; channel++) scale[channel] = Math.Exp(Spread * Math.Clamp(context.Random.Normal(), -MostDeviations, MostDeviations));
            var change = new ChannelChange([.. Enumerable.Range(0, channels)], scale);
            ChannelLayer.ChangeOutputs(context, node, change);
            foreach (var use in uses.Where(use => use.Role == ChannelRole.Absorb)) ChannelLayer.Absorb(context, use, change);
            places++;
        }
        return places;
    }

    private static ChannelRole Role(RewriteContext context, Node node)
    {
        if (RewriteContext.Is(node, Homogeneous)) return ChannelRole.Pass;
        if (RewriteContext.Is(node, "Conv"))
            return context.Numbers(node.Input(1)) is not null && (node.Int("group", 1) == 1 || ChannelLayer.IsDepthwise(context, node)) ? ChannelRole.Absorb : ChannelRole.Stop;
        return ChannelLayer.IsNormalisation(context, node) || RewriteContext.Is(node, "Gemm", "MatMul") && ChannelLayer.IsDense(context, node) ? ChannelRole.Absorb : ChannelRole.Stop;
    }
}
