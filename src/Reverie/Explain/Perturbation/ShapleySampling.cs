namespace Reverie.Explain;

/// <summary>
/// Shapley values (Shapley 1953): the mean, over all orders in which features can be put back onto the baseline, of what each adds. Exact for few features; else by sampling
/// orders (Castro et al. 2009), each together with its reverse (antithetic pairs), which cancels much of the noise. The sum is f(x) - f(b) to rounding for any number of samples.
/// </summary>
public sealed record ShapleySampling : PerturbationMethod
{
    private const int LargestExact = 16;

    /// <inheritdoc/>
    public override string Id => "shapley";

    /// <inheritdoc/>
    public override string Title => "Shapley values";

    /// <inheritdoc/>
    public override Conservation Conserves => Conservation.Difference;

    /// <summary>How many orders are sampled; the reverse of an order is one of them.</summary>
    public int Samples { get; init; } = 26;

    /// <summary>Up to how many features all coalitions are asked, 2^n of them, which is exact.</summary>
    public int ExactUpTo { get; init; } = 10;

    /// <summary>Where the random orders begin.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Samples is >= 1 and <= 1_000_000, "the orders sampled must be between 1 and 1000000");
        Check(ExactUpTo is >= 0 and <= LargestExact, $"exact values are possible up to {LargestExact} features");
    }

    private protected override (double[] Values, int Samples) Values(Coalitions game, int item, List<string> notes) =>
        game.Count <= ExactUpTo ? Exact(game) : Sampled(game);

    private static (double[] Values, int Samples) Exact(Coalitions game)
    {
        var n = game.Count;
        var scores = game.Scores(1 << n, (coalition, player) => (coalition >> player & 1) != 0);
        // |S|! (n - |S| - 1)! / n!, by recurrence
        var weights = new double[n];
        if (n > 0) weights[0] = 1.0 / n;
        for (var size = 1; size < n; size++) weights[size] = weights[size - 1] * size / (n - size);
        var values = new double[n];
        for (var coalition = 0; coalition < 1 << n; coalition++)
            for (var player = 0; player < n; player++)
                if ((coalition >> player & 1) == 0)
                    values[player] += weights[int.PopCount(coalition)] * (scores[coalition | 1 << player] - scores[coalition]);
        return (values, scores.Length);
    }

    private (double[] Values, int Samples) Sampled(Coalitions game)
    {
        var n = game.Count;
        var places = new int[Samples][];
        for (var sample = 0; sample < Samples; sample++)
        {
            places[sample] = new int[n];
            var order = sample % 2 == 0 ? new CounterRandom(Seed, stream: 0x54A9, index: (uint)sample).Permutation(n) : null;
            // the place of each feature in the order; in the reverse order the last is first
            for (var place = 0; place < n; place++)
                if (order is not null) places[sample][order[place]] = place;
                else places[sample][place] = n - 1 - places[sample - 1][place];
        }
        // the empty and the full coalition are the same in every order
        var scores = game.Scores(2 + Samples * (n - 1), (index, player) => index < 2 ? index == 1 : places[(index - 2) / (n - 1)][player] <= (index - 2) % (n - 1));
        var values = new double[n];
        for (var sample = 0; sample < Samples; sample++)
            for (var player = 0; player < n; player++)
            {
                var place = places[sample][player];
                values[player] += (After(sample, place) - After(sample, place - 1)) / Samples;
            }
        return (values, scores.Length);

        // f with the features up to a place of the order
        double After(int sample, int place) => place < 0 ? scores[0] : place == n - 1 ? scores[1] : scores[2 + sample * (n - 1) + place];
    }
}
