namespace Reverie.Explain;

/// <summary>A method asked many times about the picture with noise, and what its answers have in common.</summary>
public abstract record NoiseTunnel : AttributionMethod
{
    private const ulong NoiseStream = 0x5300;

    /// <summary>The method that is asked.</summary>
    public AttributionMethod Around { get; init; } = new Gradient { Absolute = false };

    /// <summary>How many times.</summary>
    public int Samples { get; init; } = 50;

    /// <summary>The standard deviation of the noise as a fraction of the pixel range, black to white (Smilkov et al. use 0.1 to 0.2).</summary>
    public double Noise { get; init; } = 0.15;

    /// <summary>Where the noise begins.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc/>
    public override Baseline? Reference => Around.Reference;

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Around.Validate();
        Check(Around is not NoiseTunnel, "noise around noise is no method");
        Check(Samples is >= 1 and <= 1_000_000, "samples must be between 1 and 1000000");
        Check(Noise > 0 && double.IsFinite(Noise), "the noise must be positive");
    }

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var noise = new PixelNoise(context, Noise, Seed, NoiseStream);
        var items = context.Items;
        var together = Math.Max(1, context.Subject.ItemsPerRun(context.Inputs) / items);
        Statistics[]? statistics = null;
        var layer = (string?)null;
        for (var first = 0; first < Samples; first += together)
        {
            // all items with one sample's noise, then all with the next
            var count = Math.Min(together, Samples - first);
            int[] order = [.. Enumerable.Range(0, count * items).Select(index => index % items)];
            var batch = context.Inputs.Select(input => Batches.Pick(input, order)).ToArray();
            for (var input = 0; input < batch.Length; input++)
                for (var index = 0; index < order.Length; index++)
                {
                    var e = noise.Sample(input, order[index], first + index / items);
                    var into = batch[input].Item(index);
                    for (var place = 0; place < into.Length; place++) into[place] += e[place];
                }
            var raw = Around.Compute(context with
            {
                Inputs = batch,
                Baselines = [.. context.Baselines.Select(baseline => (IReadOnlyList<Signal>)[.. baseline.Select(each => Batches.Pick(each, order))])],
                Progress = null,
            });
            layer = raw.Layer;
            statistics ??= [.. raw.Maps.Select(map => new Statistics(items, map))];
            for (var map = 0; map < statistics.Length; map++)
                for (var sample = 0; sample < count; sample++) statistics[map].Add(raw.Maps[map].Values.AsSpan(sample * items * raw.Maps[map].ItemLength, items * raw.Maps[map].ItemLength));
            context.Progress?.Report(new(Id, first + count, Samples));
        }
        return new() { Maps = [.. statistics!.Select(each => new Signal(Result(each), each.Shape))], Layer = layer, Steps = Samples, IsComplete = false };
    }

    /// <summary>What is made of the answers.</summary>
    private protected abstract double[] Result(Statistics statistics);

    /// <summary>Running mean, mean square and variance of every element (Welford 1962: no cancellation).</summary>
    private protected sealed class Statistics(int items, Signal like)
    {
        private readonly double[] _deviations = new double[items * like.ItemLength];
        private int _count;

        public long[] Shape { get; } = [items, .. like.ItemShape];

        public double[] Mean { get; } = new double[items * like.ItemLength];

        public double[] MeanSquare { get; } = new double[items * like.ItemLength];

        public double[] Variance => Array.ConvertAll(_deviations, sum => sum / _count);

        public void Add(ReadOnlySpan<double> sample)
        {
            _count++;
            for (var index = 0; index < sample.Length; index++)
            {
                var difference = sample[index] - Mean[index];
                Mean[index] += difference / _count;
                _deviations[index] += difference * (sample[index] - Mean[index]);
                MeanSquare[index] += (sample[index] * sample[index] - MeanSquare[index]) / _count;
            }
        }
    }
}

/// <summary>SmoothGrad (Smilkov et al. 2017): the mean of a method's answers over noisy copies of the picture.</summary>
public sealed record SmoothGrad : NoiseTunnel
{
    /// <inheritdoc/>
    public override string Id => "smoothgrad";

    /// <inheritdoc/>
    public override string Title => "SmoothGrad";

    /// <inheritdoc/>
    public override bool IsSigned => Around.IsSigned;

    /// <inheritdoc/>
    public override bool IsSlope => Around.IsSlope;

    private protected override double[] Result(Statistics statistics) => statistics.Mean;
}

/// <summary>SmoothGrad squared (Hooker et al. 2019): the mean of the squares.</summary>
public sealed record SmoothGradSquared : NoiseTunnel
{
    /// <inheritdoc/>
    public override string Id => "smoothgrad-squared";

    /// <inheritdoc/>
    public override string Title => "SmoothGrad squared";

    /// <inheritdoc/>
    public override bool IsSigned => false;

    private protected override double[] Result(Statistics statistics) => statistics.MeanSquare;
}

/// <summary>VarGrad (Adebayo et al. 2018): the variance.</summary>
public sealed record VarGrad : NoiseTunnel
{
    /// <inheritdoc/>
    public override string Id => "vargrad";

    /// <inheritdoc/>
    public override string Title => "VarGrad";

    /// <inheritdoc/>
    public override bool IsSigned => false;

    private protected override double[] Result(Statistics statistics) => statistics.Variance;
}
