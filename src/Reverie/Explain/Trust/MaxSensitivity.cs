namespace Reverie.Explain;

/// <summary>
/// Max-sensitivity (Yeh et al. 2019): the most that attributions change, max |A(x') - A(x)| / |A(x)|, when the picture is moved by noise within a radius too small to matter. Small is good. Methods that draw random numbers draw
/// the same ones each time, so that only the picture differs.
/// </summary>
public sealed record MaxSensitivity
{
    private const ulong Stream = 0x5430;

    /// <summary>How far every number of the input may move: a fraction of the pixel range, black to white, or in the input's own unit where that range is not known.</summary>
    public double Radius { get; init; } = 0.02;

    /// <summary>How many noisy pictures.</summary>
    public int Samples { get; init; } = 10;

    /// <summary>Where the noise begins.</summary>
    public ulong Seed { get; init; }

    /// <summary>Measures a method on a picture.</summary>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    /// <exception cref="OperationCanceledException">The runs were cancelled.</exception>
    public double Of(PictureSubject subject, Attribution attribution, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(attribution);
        return Of(attribution.Method, subject.Context(attribution.Method, null, cancellation), attribution.Raw)[0];
    }

    /// <summary>Measures a method on raw tensors, for each item.</summary>
    /// <param name="method">The method.</param>
    /// <param name="context">What it is asked.</param>
    /// <param name="clean">Its answer, where that is known already.</param>
    /// <exception cref="ReverieException">A setting is out of range.</exception>
    /// <exception cref="OperationCanceledException">The runs were cancelled.</exception>
    public double[] Of(AttributionMethod method, AttributionContext context, RawAttribution? clean = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(context);
        if (!(Radius > 0) || !double.IsFinite(Radius)) throw new ReverieException("the radius of max-sensitivity must be positive");
        if (Samples < 1) throw new ReverieException("max-sensitivity needs at least one sample");
        var maps = (clean ?? method.Attribute(context)).Maps;
        var most = new double[context.Items];
        for (var sample = 0; sample < Samples; sample++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var moved = method.Attribute(context with { Inputs = [.. context.Inputs.Select((_, input) => Moved(context, input, sample))] }).Maps;
            for (var item = 0; item < most.Length; item++)
            {
                var (difference, norm) = (0.0, 0.0);
                for (var map = 0; map < maps.Count; map++)
                {
                    Span<double> before = maps[map].Item(item), after = moved[map].Item(item);
                    for (var place = 0; place < before.Length; place++)
                    {
                        difference += (after[place] - before[place]) * (after[place] - before[place]);
                        norm += before[place] * before[place];
                    }
                }
                // a map of zeros has no size to measure a change in: one that comes to life has changed by the whole of itself
                var change = difference == 0 ? 0 : norm == 0 ? 1 : Math.Sqrt(difference / norm);
                most[item] = Math.Max(most[item], change);
            }
        }
        return most;
    }

    // The same noise for every item, so that a batch gives what its items give alone.
    private Signal Moved(AttributionContext context, int input, int sample)
    {
        var signal = context.Inputs[input];
        var random = new CounterRandom(Seed, Stream + (ulong)input, (uint)sample);
        var noise = new double[signal.ItemLength];
        for (var place = 0; place < noise.Length; place++) noise[place] = random.Uniform(-Radius, Radius);
        if (context.Bounds is { } bounds)
        {
            var (low, high) = (bounds[input].Low.Broadcast(signal.ItemShape).Values, bounds[input].High.Broadcast(signal.ItemShape).Values);
            for (var place = 0; place < noise.Length; place++) noise[place] *= high[place] - low[place];
        }
        return signal.Zip(new(noise, [1, .. signal.ItemShape]), (value, move) => value + move);
    }
}
