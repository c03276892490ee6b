namespace Reverie.Explain;

/// <summary>What attributions sum to and what they ought to sum to, for each item of a batch.</summary>
/// <param name="Sums">The sums of the attributions.</param>
/// <param name="Expected">f(x) - f(b), or f(x).</param>
/// <param name="Scores">f(x).</param>
/// <param name="BaselineScores">f(b), its mean where there are several baselines; null where the method has none.</param>
public sealed record Balance(double[] Sums, double[] Expected, double[] Scores, double[]? BaselineScores)
{
    /// <summary>The sum less what it ought to be.</summary>
    public double[] Deltas => [.. Sums.Zip(Expected, (sum, expected) => sum - expected)];

    /// <summary>The completeness error of an item as a fraction: |delta| / |expected|.</summary>
    public double Gap(int item) => Expected[item] == 0 && Sums[item] == 0 ? 0 : Math.Abs(Sums[item] - Expected[item]) / Math.Abs(Expected[item]);

    internal static Balance Of(AttributionMethod method, AttributionContext context, RawAttribution raw)
    {
        var items = context.Items;
        var sums = new double[items];
        // an input that all items share has one map for all of them
        foreach (var map in raw.Maps)
            for (var item = 0; item < items; item++) sums[item] += map.Sum(item);
        if (method.Conserves != Conservation.Score) return OfDifference(context, sums);
        var scores = context.Subject.Scores(context.Inputs, context.Cancellation);
        return new(sums, scores, scores, null);
    }

    /// <summary>What sums ought to be that are of f(x) - f(b).</summary>
    internal static Balance OfDifference(AttributionContext context, double[] sums)
    {
        var items = context.Items;
        var scores = context.Subject.Scores(context.Inputs, context.Cancellation);
        var baselines = new double[items];
        foreach (var baseline in context.AllBaselines)
        {
            var values = context.Subject.Scores(baseline, context.Cancellation);
            for (var item = 0; item < items; item++) baselines[item] += values[values.Length == 1 ? 0 : item] / context.AllBaselines.Count;
        }
        return new(sums, [.. scores.Zip(baselines, (score, baseline) => score - baseline)], scores, baselines);
    }
}
