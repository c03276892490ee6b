namespace Reverie.Explain;

/// <summary>
/// Integrated Gradients (Sundararajan et al. 2017): (x - b) times the mean of df/dx along the straight line from the baseline b to x. The attributions sum to f(x) - f(b);
/// by default the steps are refined until they do to within a tolerance.
/// </summary>
public sealed record IntegratedGradients : AttributionMethod
{
    private const int FirstSteps = 10;

    /// <inheritdoc/>
    public override string Id => "integrated-gradients";

    /// <inheritdoc/>
    public override string Title => "Integrated gradients";

    /// <inheritdoc/>
    public override Conservation Conserves => MultiplyByInputs ? Conservation.Difference : Conservation.None;

    /// <inheritdoc/>
    public override Baseline? Reference => Baseline;

    /// <summary>Where the line begins.</summary>
    public Baseline Baseline { get; init; } = Baseline.Black;

    /// <summary>How many places of the line are asked; null triples them, from 10 on, until the completeness error is below <see cref="Tolerance"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>The rule of integration; refinement is only with midpoints.</summary>
    public QuadratureRule Quadrature { get; init; }

    /// <summary>The completeness error |sum - (f(x) - f(b))| / |f(x) - f(b)| at which refinement ends. The map's own error is larger: about eight times, on a small network.</summary>
    public double Tolerance { get; init; } = 0.005;

    /// <summary>The most steps that refinement takes.</summary>
    public int MaxSteps { get; init; } = 2430;

    /// <summary>Whether the mean gradient is multiplied by x - b; without, the sum means nothing.</summary>
    public bool MultiplyByInputs { get; init; } = true;

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Steps is null or >= 1 and <= 1_000_000, "steps must be between 1 and 1000000");
        Check(Steps is not null || Quadrature == QuadratureRule.Midpoint, $"state the steps for {Quadrature}: only midpoints can be refined by themselves");
        Check(Tolerance > 0, "the tolerance must be positive");
        Check(MaxSteps >= FirstSteps, $"the most steps must be at least {FirstSteps}");
    }

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var baseline = context.Baseline;
        var work = new PathIntegral(context, Id, baseline);
        var items = Enumerable.Range(0, context.Items).ToArray();
        if (Steps is { } steps)
        {
            var rule = Explain.Quadrature.Of(Quadrature, steps);
            work.Add(items, rule.Nodes, rule.Weights);
            return Result(work, context, baseline, steps, null, []);
        }
        var (scores, before) = (context.Subject.Scores(context.Inputs, context.Cancellation), context.Subject.Scores(baseline, context.Cancellation));
        var taken = FirstSteps;
        work.Add(items, Middles(FirstSteps, _ => true), null);
        Array.ForEach(items, item => work.Divisor[item] = FirstSteps);
        var open = Open();
        while (open.Length > 0 && 3 * taken <= MaxSteps)
        {
            // the middle third of each part has been asked already
            taken *= 3;
            work.Add(open, Middles(taken, k => k % 3 != 1), null);
            Array.ForEach(open, item => work.Divisor[item] = taken);
            open = Open();
        }
        IReadOnlyList<string> notes = open.Length == 0 ? []
            : [FormattableString.Invariant($"the completeness error is still above {Tolerance:P1} after {taken} steps: a kink or a tie lies on the path, or f(x) and f(b) are nearly equal; try another baseline")];
        return Result(work, context, baseline, taken, (scores, before), notes);

        int[] Open()
        {
            var sums = work.Sums();
            return [.. items.Where(item => Math.Abs(sums[item] - (scores[item] - Before(item))) > Tolerance * Scale(item))];
        }

        double Before(int item) => before[before.Length == 1 ? 0 : item];
        // of scores that are nearly equal no fraction can be asked
        double Scale(int item) => Math.Max(Math.Abs(scores[item] - Before(item)), 1e-3 * Math.Max(Math.Abs(scores[item]), Math.Abs(Before(item))));
    }

    private RawAttribution Result(PathIntegral work, AttributionContext context, IReadOnlyList<Signal> baseline, int steps, (double[] Scores, double[] Before)? known, IReadOnlyList<string> notes)
    {
        var balance = (Balance?)null;
        if (known is var (scores, before) && MultiplyByInputs)
        {
            double[] all = [.. scores.Select((_, item) => before[before.Length == 1 ? 0 : item])];
            balance = new(work.Sums(), [.. scores.Zip(all, (score, start) => score - start)], scores, all);
        }
        return new() { Maps = MultiplyByInputs ? work.Products() : work.Means(), Steps = steps, Notes = notes, Balance = balance };
    }

    private static double[] Middles(int n, Func<int, bool> include) => [.. Enumerable.Range(0, n).Where(include).Select(k => (k + 0.5) / n)];
}
