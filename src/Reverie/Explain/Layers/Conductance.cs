namespace Reverie.Explain;

/// <summary>
/// Conductance (Dhamdhere et al. 2018): how much of integrated gradients flows through each neuron y of a layer, the integral of df/dy dy/da along the straight line from the
/// baseline to the picture. The steps are those of y itself, the slope of each the mean of those at its ends, so that a layer through which everything passes has f(x) - f(b) in all.
/// </summary>
public sealed record Conductance : LayeredMethod
{
    /// <inheritdoc/>
    public override string Id => "conductance";

    /// <inheritdoc/>
    public override string Title => "Layer conductance";

    /// <inheritdoc/>
    public override Conservation Conserves => Conservation.Difference;

    /// <inheritdoc/>
    public override Baseline? Reference => Baseline;

    /// <summary>Where the line begins.</summary>
    public Baseline Baseline { get; init; } = Baseline.Black;

    /// <summary>How many steps.</summary>
    public int Steps { get; init; } = 50;

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
        var baseline = context.Baseline;
        var curve = new CurveIntegral(context, Id, [layer]);
        curve.Follow(Steps, (item, step, into) =>
        {
            PathPlace[] place = [new(item, 0, (double)step / Steps, 1)];
            for (var input = 0; input < into.Length; input++) PathIntegral.Between(baseline[input], context.Inputs[input], place, into[input]);
        });
        return new() { Maps = curve.Sums, Layer = layer, Steps = Steps };
    }
}
