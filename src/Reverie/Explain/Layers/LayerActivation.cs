namespace Reverie.Explain;

/// <summary>The activations of a layer: what the network sees there, whatever the target.</summary>
public sealed record LayerActivation : LayeredMethod
{
    /// <inheritdoc/>
    public override string Id => "activation";

    /// <inheritdoc/>
    public override string Title => "Layer activation";

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var layer = Layer is null ? LayerChoice.Last(context) : Resolve(context.Subject, Layer);
        return new() { Maps = [context.Subject.Activations(context.Inputs, layer, context.Cancellation)], Layer = layer };
    }
}
