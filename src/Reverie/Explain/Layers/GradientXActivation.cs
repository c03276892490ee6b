namespace Reverie.Explain;

/// <summary>A layer's activations times their gradients: the linear part of f in the layer.</summary>
public sealed record GradientXActivation : LayeredMethod
{
    /// <inheritdoc/>
    public override string Id => "gradient-x-activation";

    /// <inheritdoc/>
    public override string Title => "Layer gradient x activation";

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var layer = Layer is null ? LayerChoice.Last(context) : Resolve(context.Subject, Layer);
        var (activation, gradient) = LayerGradient.Of(context, layer);
        return new() { Maps = [activation.Zip(gradient, (a, g) => a * g)], Layer = layer };
    }
}
