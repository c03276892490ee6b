namespace Reverie.Explain;

/// <summary>Internal influence (Leino et al. 2018): the mean of df/dy, y the neurons of a layer, along the straight line from the baseline to the picture.</summary>
public sealed record InternalInfluence : LayeredMethod
{
    /// <inheritdoc/>
    public override string Id => "internal-influence";

    /// <inheritdoc/>
    public override string Title => "Internal influence";

    /// <inheritdoc/>
    public override Baseline? Reference => Baseline;

    /// <summary>Where the line begins.</summary>
    public Baseline Baseline { get; init; } = Baseline.Black;

    /// <summary>How many places of the line are asked.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>The rule of integration.</summary>
    public QuadratureRule Quadrature { get; init; }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Steps is >= 1 and <= 1_000_000, "steps must be between 1 and 1000000");
    }

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var layer = Layer is null ? LayerChoice.Last(context) : Resolve(context.Subject, Layer);
        var rule = Explain.Quadrature.Of(Quadrature, Steps);
        var integral = new PathIntegral(context, Id, context.Baseline, layers: [layer]);
        integral.Add([.. from item in Enumerable.Range(0, context.Items) from node in Enumerable.Range(0, Steps) select new PathPlace(item, 0, rule.Nodes[node], rule.Weights[node])]);
        return new() { Maps = integral.Total(), Layer = layer, Steps = Steps };
    }
}
