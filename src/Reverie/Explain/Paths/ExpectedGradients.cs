namespace Reverie.Explain;

/// <summary>
/// Expected gradients (Erion et al. 2021), also GradientSHAP: the mean over baselines b' and places u of the line to x of (x + e - b') df/dx(b' + u (x + e - b')), e noise, none by default.
/// In expectation the attributions sum to f(x) - mean f(b'). The places are spread evenly over [0, 1] (one in each of as many parts as there are samples), and baselines are used equally often.
/// </summary>
public sealed record ExpectedGradients : AttributionMethod
{
    private const ulong PlaceStream = 0xE6, OrderStream = 0xE7, NoiseStream = 0xE800;

    /// <inheritdoc/>
    public override string Id => "expected-gradients";

    /// <inheritdoc/>
    public override string Title => "Expected gradients";

    /// <inheritdoc/>
    public override Conservation Conserves => Noise == 0 ? Conservation.Difference : Conservation.None;

    /// <inheritdoc/>
    public override Baseline? Reference => Baseline;

    /// <summary>The baselines: best a folder of pictures of the kind that the network knows.</summary>
    public Baseline Baseline { get; init; } = Baseline.Noise(count: 10);

    /// <summary>How many samples.</summary>
    public int Samples { get; init; } = 100;

    /// <summary>The standard deviation of the noise e, as a fraction of the pixel range.</summary>
    public double Noise { get; init; }

    /// <summary>Where the random numbers begin.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(Samples is >= 1 and <= 1_000_000, "samples must be between 1 and 1000000");
        Check(Noise >= 0 && double.IsFinite(Noise), "the noise must be 0 or more");
    }

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var baselines = context.AllBaselines;
        var order = new CounterRandom(Seed, OrderStream).Permutation(Samples);
        var places = new CounterRandom(Seed, PlaceStream);
        double[] at = [.. Enumerable.Range(0, Samples).Select(sample => (sample + places.Uniform()) / Samples)];
        var noise = new PixelNoise(context, Noise, Seed, NoiseStream);
        var sums = context.Inputs.Select(input => new Signal(new double[context.Items * input.ItemLength], [context.Items, .. input.ItemShape])).ToArray();
        var (items, chunk) = (context.Items, context.Subject.ItemsPerRun(context.Inputs));
        for (var first = 0; first < items * Samples; first += chunk)
        {
            var count = Math.Min(chunk, items * Samples - first);
            var (points, changes) = (Empty(count), Empty(count));
            for (var index = 0; index < count; index++)
            {
                var (item, sample) = ((first + index) % items, (first + index) / items);
                for (var input = 0; input < points.Length; input++)
                {
                    Span<double> x = context.Inputs[input].Item(item), b = baselines[order[sample] % baselines.Count][input].Item(item);
                    Span<double> point = points[input].Item(index), change = changes[input].Item(index);
                    var e = noise.Sample(input, item, sample);
                    for (var place = 0; place < x.Length; place++)
                    {
                        change[place] = x[place] + e[place] - b[place];
                        point[place] = b[place] + at[sample] * change[place];
                    }
                }
            }
            var gradients = context.Subject.Differentiate(points, cancellation: context.Cancellation).Gradients;
            for (var input = 0; input < sums.Length; input++)
                for (var index = 0; index < count; index++)
                {
                    Span<double> sum = sums[input].Item((first + index) % items), gradient = gradients[input].Item(index), change = changes[input].Item(index);
                    for (var place = 0; place < sum.Length; place++) sum[place] += gradient[place] * change[place] / Samples;
                }
            context.Progress?.Report(new(Id, first + count, items * Samples));
        }
        return new() { Maps = sums, Steps = Samples };

        Signal[] Empty(int count) => [.. context.Inputs.Select(input => new Signal(new double[count * input.ItemLength], [count, .. input.ItemShape]))];
    }
}
