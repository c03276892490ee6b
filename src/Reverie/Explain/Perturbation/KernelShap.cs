using System.Numerics;

namespace Reverie.Explain;

/// <summary>
/// KernelSHAP (Lundberg and Lee 2017): Shapley values as a weighted least squares fit of an additive model to coalitions. Both constraints (nothing kept: f(b), all kept: f(x)) are imposed
/// exactly, and a sampled coalition comes with its complement (Covert and Lee 2021). Where all coalitions can be asked, they are, and the values are exact.
/// </summary>
public sealed record KernelShap : PerturbationMethod
{
    /// <inheritdoc/>
    public override string Id => "kernel-shap";

    /// <inheritdoc/>
    public override string Title => "KernelSHAP";

    /// <inheritdoc/>
    public override Conservation Conserves => Conservation.Difference;

    /// <summary>How many coalitions are asked.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>Where the random coalitions begin.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Samples is >= 4 and <= 10_000_000, "the coalitions sampled must be between 4 and 10000000");
    }

    private protected override (double[] Values, int Samples) Values(Coalitions game, int item, List<string> notes)
    {
        var n = game.Count;
        if (n == 0) return ([], 0);
        var ends = game.Scores(2, (index, _) => index == 1);
        if (n == 1) return ([ends[1] - ends[0]], 2);
        var (coalitions, weights) = n < 31 && (1L << n) - 2 <= Samples ? All(n) : Sampled(n);
        if (coalitions.Count < n) notes.Add($"{coalitions.Count} coalitions do not determine the values of {n} features; ask more samples, or fewer features");
        var scores = game.Scores(coalitions.Count, (index, player) => coalitions[index][player]);
        return (Fit(coalitions, weights, [.. scores.Select(score => score - ends[0])], ends[1] - ends[0]), scores.Length + 2);
    }

    // (n - 1) / (C(n,s) s (n - s)) for each coalition of s features
    private static (List<bool[]> Coalitions, double[] Weights) All(int n)
    {
        var (coalitions, weights) = (new List<bool[]>(), new List<double>());
        for (var bits = 1u; bits < (1u << n) - 1; bits++)
        {
            var size = BitOperations.PopCount(bits);
            var combinations = 1.0;
            for (var index = 1; index <= size; index++) combinations *= (n - size + index) / (double)index;
            coalitions.Add([.. Enumerable.Range(0, n).Select(player => (bits >> player & 1) != 0)]);
            weights.Add((n - 1) / (combinations * size * (n - size)));
        }
        return (coalitions, [.. weights]);
    }

    // The size is drawn with the kernel's probability, so that all coalitions drawn weigh the same.
    private (List<bool[]> Coalitions, double[] Weights) Sampled(int n)
    {
        var cumulative = new double[n - 1];
        for (var size = 1; size < n; size++) cumulative[size - 1] = (size > 1 ? cumulative[size - 2] : 0) + 1.0 / (size * (n - size));
        var coalitions = new List<bool[]>(Samples);
        for (var pair = 0; 2 * pair < Samples; pair++)
        {
            var random = new CounterRandom(Seed, stream: 0x5AA9, index: (uint)pair);
            var size = 1 + Math.Min(n - 2, Array.FindIndex(cumulative, value => value >= random.Uniform() * cumulative[^1]) is var found and >= 0 ? found : n - 2);
            var order = random.Permutation(n);
            var coalition = new bool[n];
            foreach (var player in order.Take(size)) coalition[player] = true;
            coalitions.Add(coalition);
            if (coalitions.Count < Samples) coalitions.Add(Array.ConvertAll(coalition, kept => !kept));
        }
        return (coalitions, [.. Enumerable.Repeat(1.0, coalitions.Count)]);
    }

    // Least squares with the sum given: phi = A^-1 (b - 1 (1'A^-1 b - sum) / (1'A^-1 1)).
    private static double[] Fit(List<bool[]> coalitions, double[] weights, double[] scores, double sum)
    {
        var n = coalitions[0].Length;
        var (a, b) = (new double[n, n], new double[n]);
        for (var index = 0; index < scores.Length; index++)
            for (var row = 0; row < n; row++)
            {
                if (!coalitions[index][row]) continue;
                b[row] += weights[index] * scores[index];
                for (var column = 0; column < n; column++)
                    if (coalitions[index][column]) a[row, column] += weights[index];
            }
        var solver = new Cholesky(a);
        var (free, ones) = (solver.Solve(b), solver.Solve([.. Enumerable.Repeat(1.0, n)]));
        var excess = (free.Sum() - sum) / ones.Sum();
        return [.. free.Zip(ones, (value, one) => value - one * excess)];
    }
}
