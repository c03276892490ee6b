namespace Reverie.Explain;

/// <summary>
/// A method that sets features of the input to a baseline and watches the score. It needs no gradient, so that it works on any network; its maps hold, at every element, the
/// value of the feature to which the element belongs.
/// </summary>
public abstract record PerturbationMethod : AttributionMethod
{
    /// <summary>What stands in the place of a feature that is taken away.</summary>
    public Baseline Baseline { get; init; } = Baseline.Mean;

    /// <summary>The features. Explaining raw tensors, those of the question count (<see cref="AttributionContext.Features"/>), or every element by itself.</summary>
    public Features Features { get; init; } = new();

    /// <inheritdoc/>
    public override Baseline? Reference => Baseline;

    /// <inheritdoc/>
    public override Features? Parts => Features;

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var maps = context.Inputs.Select(input => new Signal(new double[context.Items * input.ItemLength], [context.Items, .. input.ItemShape])).ToList();
        var (notes, sums, taken) = (new List<string>(), new double[context.Items], 0);
        for (var item = 0; item < context.Items; item++)
        {
            var game = new Coalitions(context, item, Id);
            var (values, samples) = Values(game, item, notes);
            game.Spread(values, item, maps);
            sums[item] = values.Sum();
            taken = Math.Max(taken, samples);
        }
        // a map's sum counts a feature as often as it has elements; what must add up is one value for each feature
        var balance = Conserves == Conservation.Difference ? Balance.OfDifference(context, sums) : null;
        return new() { Maps = maps, Steps = taken, Notes = [.. notes.Distinct()], Balance = balance };
    }

    /// <summary>The value of each feature that takes part, and how often the network was asked.</summary>
    private protected abstract (double[] Values, int Samples) Values(Coalitions game, int item, List<string> notes);
}
