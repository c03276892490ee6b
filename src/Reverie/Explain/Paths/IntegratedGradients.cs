namespace Reverie.Explain;

/// <summary>
/// Integrated Gradients (Sundararajan et al. 2017): (x - b) times the mean of df/dx along the straight line from the baseline b to x. The attributions sum to f(x) - f(b);
/// by default the line is refined where that takes it, until they do to within a tolerance.
/// </summary>
public sealed record IntegratedGradients : LayeredMethod
{
    /// <inheritdoc/>
    public override string Id => "integrated-gradients";

    /// <inheritdoc/>
    public override string Title => "Integrated gradients";

    /// <inheritdoc/>
    public override Conservation Conserves => MultiplyByInputs ? Conservation.Difference : Conservation.None;

    /// <inheritdoc/>
    public override bool IsSlope => !MultiplyByInputs;

    /// <inheritdoc/>
    public override Baseline? Reference => Baseline;

    /// <summary>Where the line begins.</summary>
    public Baseline Baseline { get; init; } = Baseline.Black;

    /// <summary>How many places of the line are asked; null begins with 8 and adds more where they are needed until the completeness error is below <see cref="Tolerance"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>The rule of integration; refinement is only with midpoints.</summary>
    public QuadratureRule Quadrature { get; init; }

    /// <summary>The completeness error |sum - (f(x) - f(b))| / |f(x) - f(b)| at which refinement ends. The map's own error is larger: about eight times, on a small network.</summary>
    public double Tolerance { get; init; } = 0.01;

    /// <summary>The most steps that refinement takes.</summary>
    public int MaxSteps { get; init; } = 1000;

    /// <summary>Whether the mean gradient is multiplied by x - b; without, the sum means nothing.</summary>
    public bool MultiplyByInputs { get; init; } = true;

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Steps is null or >= 1 and <= 1_000_000, "steps must be between 1 and 1000000");
        Check(Steps is not null || Quadrature == QuadratureRule.Midpoint, $"state the steps for {Quadrature}: only midpoints can be refined by themselves");
        Check(Tolerance > 0, "the tolerance must be positive");
        Check(MaxSteps >= 8, "the most steps must be at least 8");
    }

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        if (Layer is null) return Integrate(context);
        // the straight line of the layer's activations, from what the baseline makes of them
        var layer = Resolve(context.Subject, Layer);
        var raw = Integrate(LayerSubject.At(context, layer));
        return raw with { Maps = [raw.Maps[0]], Layer = layer };
    }

    private RawAttribution Integrate(AttributionContext context)
    {
        var baseline = context.Baseline;
        if (Steps is { } steps)
        {
            var rule = Explain.Quadrature.Of(Quadrature, steps);
            var integral = new PathIntegral(context, Id, baseline);
            integral.Add([.. from item in Enumerable.Range(0, context.Items) from node in Enumerable.Range(0, steps) select new PathPlace(item, 0, rule.Nodes[node], rule.Weights[node])]);
            var means = integral.Total();
            return new() { Maps = MultiplyByInputs ? integral.Products(means) : means, Steps = steps };
        }
        var path = new AdaptivePath(context, Id, baseline);
        path.Refine(Tolerance, MaxSteps);
        var gradients = path.Means;
        return new()
        {
            Maps = MultiplyByInputs ? path.Products(gradients) : gradients,
            Steps = path.Steps,
            Notes = path.Open.Length == 0 ? []
                : [FormattableString.Invariant($"the completeness error is still above {Tolerance:P1} after {path.Steps} steps: a kink or a tie lies on the path, or f(x) and f(b) are nearly equal; try another baseline")],
        };
    }
}
