namespace Reverie.Explain;

/// <summary>
/// Class activation maps: the activations A_k of a layer's channels, weighed by what each does for the target and summed: sum_k w_k A_k, at the layer's size.
/// Where the target's only trace is against it, nothing is left after rectification, and that is said.
/// </summary>
public abstract record ClassActivationMap : LayeredMethod
{
    /// <summary>Whether only what speaks for the target is kept: max(map, 0).</summary>
    public bool Rectify { get; init; } = true;

    /// <inheritdoc/>
    public override bool IsSigned => !Rectify;

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        var layer = Layer is null ? LayerChoice.Last(context) : Resolve(context.Subject, Layer);
        var map = Summed(Weighed(context, layer));
        var notes = new List<string>();
        if (Rectify)
        {
            if (map.Values.Length > 0 && map.Values.Max() <= 0 && map.Values.Min() < 0)
                notes.Add($"nothing at '{layer}' speaks for the target: the map is empty after rectification; look at the signed map, or at another layer");
            map = map.Map(value => Math.Max(value, 0));
        }
        return new() { Maps = [map], Layer = layer, IsComplete = false, Notes = notes };
    }

    /// <summary>The weighed activations, of the layer's shape.</summary>
    protected internal abstract Signal Weighed(AttributionContext context, string layer);

    /// <summary>The sum over channels (axis 1), which stays with size 1.</summary>
    private static Signal Summed(Signal signal)
    {
        if (signal.Shape.Length < 2) throw new ReverieException($"a layer of the shape {signal} has no channels to sum over");
        var (channels, area) = ((int)signal.Shape[1], signal.ItemLength / Math.Max(1, (int)signal.Shape[1]));
        var sums = new Signal(new double[signal.Items * area], [signal.Items, 1, .. signal.Shape[2..]]);
        for (var item = 0; item < signal.Items; item++)
        {
            Span<double> from = signal.Item(item), to = sums.Item(item);
            for (var channel = 0; channel < channels; channel++)
                for (var place = 0; place < area; place++) to[place] += from[channel * area + place];
        }
        return sums;
    }

    /// <summary>The activations times a number for each channel of each item.</summary>
    private protected static Signal ByChannel(Signal activation, Func<int, int, double> weight)
    {
        var (channels, area) = ((int)activation.Shape[1], activation.ItemLength / Math.Max(1, (int)activation.Shape[1]));
        var weighed = activation.ZerosLike();
        for (var item = 0; item < activation.Items; item++)
            for (var channel = 0; channel < channels; channel++)
            {
                var w = weight(item, channel);
                Span<double> from = activation.Item(item).Slice(channel * area, area), to = weighed.Item(item).Slice(channel * area, area);
                for (var place = 0; place < area; place++) to[place] = w * from[place];
            }
        return weighed;
    }

    /// <summary>The elements of one channel of one item.</summary>
    private protected static Span<double> Channel(Signal signal, int item, int channel)
    {
        var area = signal.ItemLength / (int)signal.Shape[1];
        return signal.Item(item).Slice(channel * area, area);
    }
}
