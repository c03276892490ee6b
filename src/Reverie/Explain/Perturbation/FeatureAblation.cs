namespace Reverie.Explain;

/// <summary>Feature ablation: f(x) less f of x with one feature set to the baseline.</summary>
public sealed record FeatureAblation : PerturbationMethod
{
    /// <inheritdoc/>
    public override string Id => "feature-ablation";

    /// <inheritdoc/>
    public override string Title => "Feature ablation";

    private protected override (double[] Values, int Samples) Values(Coalitions game, int item, List<string> notes)
    {
        // the last coalition is x itself
        var scores = game.Scores(game.Count + 1, (index, player) => index != player);
        return ([.. scores.Take(game.Count).Select(score => scores[^1] - score)], scores.Length);
    }
}
