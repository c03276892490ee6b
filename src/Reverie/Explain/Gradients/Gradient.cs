namespace Reverie.Explain;

/// <summary>
/// The gradient df/dx; with absolute values the saliency map of Simonyan et al. (2013): where a small change of the picture changes the score most.
/// </summary>
public sealed record Gradient : AttributionMethod
{
    /// <inheritdoc/>
    public override string Id => "gradient";

    /// <inheritdoc/>
    public override string Title => "Gradient";

    /// <inheritdoc/>
    public override bool IsSigned => !Absolute;

    /// <inheritdoc/>
    public override bool IsSlope => true;

    /// <summary>Whether only the size counts: |df/dx|. Without, the method is linear in f.</summary>
    public bool Absolute { get; init; } = true;

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var gradients = Backpropagation.Run(context, null);
        return RawAttribution.Of(Absolute ? [.. gradients.Select(each => each.Map(Math.Abs))] : gradients);
    }
}
