namespace Reverie.Explain;

/// <summary>How far attributions miss what f really loses, as <see cref="Infidelity"/> measures it.</summary>
/// <param name="Raw">The mean square of the miss, in the square of f's unit: it depends on the scale of the attributions.</param>
/// <param name="Normalised">The same of the attributions scaled by the factor that suits them best, so that it does not depend on their scale.</param>
/// <param name="Unexplained"><paramref name="Normalised"/> as a fraction of the mean square of what f loses: 0 where the attributions foretell it all, 1 where nothing.</param>
public sealed record InfidelityScore(double Raw, double Normalised, double Unexplained);

/// <summary>
/// Infidelity (Yeh et al. 2019): the mean of (I A - (f(x) - f(x - I)))^2 over perturbations I. On pictures I takes random squares away, down to the baseline; I A is then the sum of the attributions
/// there (of slopes: of slopes times x - b).
/// </summary>
public sealed record Infidelity
{
    private const ulong Stream = 0x5410;

    /// <summary>How many squares.</summary>
    public int Samples { get; init; } = 64;

    /// <summary>The smallest side of a square, as a fraction of the short side of the network's input.</summary>
    public double Smallest { get; init; } = 0.1;

    /// <summary>The largest side of a square, as a fraction of the short side of the network's input.</summary>
    public double Largest { get; init; } = 0.5;

    /// <summary>Where the squares lie.</summary>
    public ulong Seed { get; init; }

    /// <summary>Measures an attribution of a picture.</summary>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    /// <exception cref="OperationCanceledException">The runs were cancelled.</exception>
    public InfidelityScore Of(PictureSubject subject, Attribution attribution, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(attribution);
        if (Samples < 1) throw new ReverieException("infidelity needs at least one sample");
        if (!(Smallest > 0) || !(Largest <= 1) || Smallest > Largest) throw new ReverieException("the sides of squares must be fractions between 0 and 1, the smallest first");
        var removal = new Removal(subject, attribution);
        var (claimed, lost) = removal.Measure([.. Enumerable.Range(0, Samples).Select(sample => Square(sample, attribution.Height, attribution.Width))], cancellation);
        return Of(claimed, lost);
    }

    /// <summary>Measures attributions of raw tensors, for each item.</summary>
    /// <param name="context">The question that was asked.</param>
    /// <param name="attributions">The answer, one map per input. They must be slopes; divide attributions that were multiplied by x - b by it first.</param>
    /// <param name="samples">How many perturbations.</param>
    /// <param name="perturbation">The perturbation of a sample, one per input, of one item's length or of 1 for all.</param>
    /// <exception cref="OperationCanceledException">The runs were cancelled.</exception>
    public static InfidelityScore[] Of(AttributionContext context, IReadOnlyList<Signal> attributions, int samples, Func<int, IReadOnlyList<double[]>> perturbation)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(perturbation);
        var items = context.Items;
        var clean = context.Subject.Scores(context.Inputs, context.Cancellation);
        var predicted = new double[samples * items];
        var perturbed = context.Subject.Scores(samples * items, context.Inputs, (index, into) =>
        {
            var (sample, item) = (index / items, index % items);
            var change = perturbation(sample);
            for (var input = 0; input < into.Length; input++)
            {
                Span<double> x = context.Inputs[input].Item(item), slope = attributions[input].Item(item);
                for (var place = 0; place < x.Length; place++)
                {
                    var move = change[input][change[input].Length == 1 ? 0 : place];
                    into[input][place] = x[place] - move;
                    predicted[index] += move * slope[place];
                }
            }
        }, null, context.Cancellation);
        return [.. Enumerable.Range(0, items).Select(item => Of(
            [.. Enumerable.Range(0, samples).Select(sample => predicted[sample * items + item])],
            [.. Enumerable.Range(0, samples).Select(sample => clean[item] - perturbed[sample * items + item])]))];
    }

    /// <summary>Of what was claimed and what was lost.</summary>
    internal static InfidelityScore Of(double[] claimed, double[] lost)
    {
        // sum(p q) / sum(p^2)
        var (product, square) = (claimed.Zip(lost, (p, q) => p * q).Sum(), claimed.Sum(p => p * p));
        var (normalised, all) = (Mean(square == 0 ? 0 : product / square), lost.Sum(q => q * q) / lost.Length);
        return new(Mean(1), normalised, all == 0 ? 0 : normalised / all);

        double Mean(double factor) => claimed.Zip(lost, (p, q) => (factor * p - q) * (factor * p - q)).Average();
    }

    private int[] Square(int sample, int height, int width)
    {
        var (random, least) = (new CounterRandom(Seed, Stream, (uint)sample), Math.Min(height, width));
        var side = Math.Clamp((int)Math.Round(random.Uniform(Smallest, Largest) * least), 1, least);
        var (top, left) = (random.Next(0, height - side), random.Next(0, width - side));
        return [.. Enumerable.Range(0, side * side).Select(place => (top + place / side) * width + left + place % side)];
    }
}
