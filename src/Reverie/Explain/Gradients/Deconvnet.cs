using Reverie.Autodiff;

namespace Reverie.Explain;

/// <summary>The deconvolutional network (Zeiler and Fergus 2013): as the gradient, but a ReLU passes max(cotangent, 0) wherever its own input lies. Max pools keep their true switches.</summary>
public sealed record Deconvnet : AttributionMethod
{
    /// <inheritdoc/>
    public override string Id => "deconvnet";

    /// <inheritdoc/>
    public override string Title => "Deconvnet";

    /// <inheritdoc/>
    public override bool IsSlope => true;

    private static RuleTable Rules { get; } = GuidedBackprop.Rectified("deconvnet", (c, _) => GuidedBackprop.Positive(c.Dy));

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context) => RawAttribution.Of(Backpropagation.Run(context, Rules));
}
