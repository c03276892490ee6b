using System.Text.Json.Serialization;

namespace Reverie.Explain;

/// <summary>How near LIME takes a changed picture to be to the picture itself.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LimeKernel>))]
public enum LimeKernel
{
    /// <summary>By the fraction of features kept: exp(-d^2 / w^2)^(1/2), d the cosine distance of the features, as in the authors' lime_image.</summary>
    Features,
    /// <summary>By the inputs' own numbers: exp(-d^2 / (2 w^2)), d the cosine distance of the inputs, as in Captum.</summary>
    Inputs,
}

/// <summary>How LIME fits its linear model.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LimeFit>))]
public enum LimeFit
{
    /// <summary>Least squares with a penalty alpha on squares.</summary>
    Ridge,
    /// <summary>Least squares with a penalty alpha on absolute values, which shrinks small effects to zero.</summary>
    Lasso,
}

/// <summary>
/// LIME (Ribeiro et al. 2016): a linear model of the score over features kept or taken away at random, fitted most closely near the picture itself. How well it fits (R^2) is among the notes:
/// where that is low, the values mean little.
/// </summary>
public sealed record Lime : PerturbationMethod
{
    private const int Resamples = 10, MaxSweeps = 10_000;

    /// <inheritdoc/>
    public override string Id => "lime";

    /// <inheritdoc/>
    public override string Title => "LIME";

    /// <summary>How many changed pictures are asked; all of them where there are no more.</summary>
    public int Samples { get; init; } = 1000;

    /// <summary>The nearness of a changed picture.</summary>
    public LimeKernel Kernel { get; init; }

    /// <summary>The kernel's width w.</summary>
    public double KernelWidth { get; init; } = 0.25;

    /// <summary>How the model is fitted.</summary>
    public LimeFit Fit { get; init; }

    /// <summary>The penalty; for ridge in the unit of samples, for lasso per sample.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Whether scores are brought to unit variance before the fit, and the values back after it: a penalty then means the same for logits and probabilities.</summary>
    public bool Standardize { get; init; } = true;

    /// <summary>Where the random choices begin.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Samples is >= 2 and <= 10_000_000, "the samples must be between 2 and 10000000");
        Check(KernelWidth > 0, "the kernel's width must be positive");
        Check(Alpha >= 0 && double.IsFinite(Alpha), "the penalty alpha cannot be negative");
    }

    private protected override (double[] Values, int Samples) Values(Coalitions game, int item, List<string> notes)
    {
        var n = game.Count;
        if (n == 0) return ([], 0);
        var kept = Choose(n);
        var scores = game.Scores(kept.Length, (index, player) => kept[index][player]);
        var weights = Weights(game, kept);
        var (mean, total) = (Mean(scores, weights), weights.Sum());
        var deviation = Math.Sqrt(scores.Zip(weights, (score, weight) => weight * (score - mean) * (score - mean)).Sum() / total);
        // a constant score has no effects; nothing is divided by it
        if (deviation == 0) return (new double[n], kept.Length);
        var scale = Standardize ? deviation : 1;
        var centred = Array.ConvertAll(scores, score => (score - mean) / scale);
        var means = Enumerable.Range(0, n).Select(player => Mean([.. kept.Select(row => row[player] ? 1.0 : 0.0)], weights)).ToArray();
        var (gram, products) = Moments(kept, centred, weights, means);
        var values = Fit == LimeFit.Ridge ? Ridge(gram, products) : Lasso(gram, products, Alpha * total);
        var explained = Enumerable.Range(0, n).Sum(row => values[row] * (2 * products[row] - Enumerable.Range(0, n).Sum(column => gram[row, column] * values[column])));
        notes.Add(FormattableString.Invariant($"the linear model explains {explained / (deviation * deviation / (scale * scale) * total):P0} of the score's variance (R^2)"));
        notes.Add(FormattableString.Invariant($"drawn again from the same samples (bootstrap), a value varies by {Spread(kept, centred, weights) / Math.Max(double.Epsilon, values.Max(Math.Abs)):P0} of the largest"));
        return ([.. values.Select(value => value * scale)], kept.Length);
    }

    // The root mean square, over features, of the standard deviation of a value when samples are drawn with replacement and fitted again (Efron 1979).
    private double Spread(bool[][] kept, double[] scores, double[] weights)
    {
        var fits = Enumerable.Range(0, Resamples).Select(index =>
        {
            var (random, drawn) = (new CounterRandom(Seed, stream: 0x11AF, index: (uint)index), new double[kept.Length]);
            for (var draw = 0; draw < drawn.Length; draw++)
            {
                var sample = random.Next(0, drawn.Length - 1);
                drawn[sample] += weights[sample];
            }
            var mean = Mean(scores, drawn);
            var means = Enumerable.Range(0, kept[0].Length).Select(player => Mean([.. kept.Select(row => row[player] ? 1.0 : 0.0)], drawn)).ToArray();
            var (gram, products) = Moments(kept, [.. scores.Select(score => score - mean)], drawn, means);
            return Fit == LimeFit.Ridge ? Ridge(gram, products) : Lasso(gram, products, Alpha * drawn.Sum());
        }).ToList();
        var variance = 0.0;
        for (var player = 0; player < kept[0].Length; player++)
        {
            var mean = fits.Average(fit => fit[player]);
            variance += fits.Average(fit => (fit[player] - mean) * (fit[player] - mean));
        }
        return Math.Sqrt(variance / kept[0].Length);
    }

    private bool[][] Choose(int n)
    {
        if (n < 31 && 1L << n <= Samples) return [.. Enumerable.Range(0, 1 << n).Select(bits => Enumerable.Range(0, n).Select(player => (bits >> player & 1) != 0).ToArray())];
        return [.. Enumerable.Range(0, Samples).Select(sample =>
        {
            var random = new CounterRandom(Seed, stream: 0x11AE, index: (uint)sample);
            // the picture itself is the first, as in lime_image
            return Enumerable.Range(0, n).Select(_ => sample == 0 || random.NextUInt32() >= 1u << 31).ToArray();
        })];
    }

    private double[] Weights(Coalitions game, bool[][] kept)
    {
        if (Kernel == LimeKernel.Features)
            return Array.ConvertAll(kept, row =>
            {
                var distance = 1 - Math.Sqrt(row.Count(each => each) / (double)row.Length);
                return Math.Sqrt(Math.Exp(-distance * distance / (KernelWidth * KernelWidth)));
            });
        var changed = game.Inputs.Select(input => new double[input.ItemLength]).ToArray();
        return Array.ConvertAll(kept, row =>
        {
            game.Write(row, changed);
            var (dot, own, other) = (0.0, 0.0, 0.0);
            for (var input = 0; input < changed.Length; input++)
                for (var index = 0; index < changed[input].Length; index++)
                {
                    var (x, y) = (game.Inputs[input].Values[index], changed[input][index]);
                    (dot, own, other) = (dot + x * y, own + x * x, other + y * y);
                }
            var distance = own == 0 || other == 0 ? 1 : 1 - dot / Math.Sqrt(own * other);
            return Math.Exp(-distance * distance / (2 * KernelWidth * KernelWidth));
        });
    }

    private static (double[,] Gram, double[] Products) Moments(bool[][] kept, double[] scores, double[] weights, double[] means)
    {
        var n = means.Length;
        var (gram, products) = (new double[n, n], new double[n]);
        var row = new double[n];
        for (var sample = 0; sample < kept.Length; sample++)
        {
            for (var player = 0; player < n; player++) row[player] = (kept[sample][player] ? 1 : 0) - means[player];
            for (var player = 0; player < n; player++)
            {
                products[player] += weights[sample] * row[player] * scores[sample];
                for (var other = 0; other <= player; other++) gram[player, other] += weights[sample] * row[player] * row[other];
            }
        }
        for (var player = 0; player < n; player++)
            for (var other = 0; other < player; other++) gram[other, player] = gram[player, other];
        return (gram, products);
    }

    private double[] Ridge(double[,] gram, double[] products)
    {
        var penalised = (double[,])gram.Clone();
        for (var player = 0; player < products.Length; player++) penalised[player, player] += Alpha;
        return new Cholesky(penalised).Solve(products);
    }

    // Coordinate descent (Friedman et al. 2010) on |y - Xv|^2 / 2 + penalty |v|, weights within.
    private static double[] Lasso(double[,] gram, double[] products, double penalty)
    {
        var values = new double[products.Length];
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            var largest = 0.0;
            for (var player = 0; player < values.Length; player++)
            {
                if (gram[player, player] == 0) continue;
                var rest = products[player];
                for (var other = 0; other < values.Length; other++)
                    if (other != player) rest -= gram[player, other] * values[other];
                var value = Math.Sign(rest) * Math.Max(0, Math.Abs(rest) - penalty) / gram[player, player];
                largest = Math.Max(largest, Math.Abs(value - values[player]));
                values[player] = value;
            }
            if (largest <= 1e-12 * values.Max(Math.Abs)) break;
        }
        return values;
    }

    private static double Mean(double[] values, double[] weights) => values.Zip(weights, (value, weight) => value * weight).Sum() / weights.Sum();
}
