namespace Reverie.Explain;

/// <summary>
/// Normal noise on inputs whose standard deviation is a fraction of what pixels can range over: of white less black where that is known, else of the input's own range.
/// The noise of a sample is the same for every item of a batch, so that a batch gives what its items give alone.
/// </summary>
internal sealed class PixelNoise(AttributionContext context, double fraction, ulong seed, ulong stream)
{
    private readonly double[]?[] _scales = new double[]?[context.Inputs.Count];

    /// <summary>The noise of a sample for one input, of one item's length.</summary>
    public double[] Sample(int input, int item, int sample)
    {
        var noise = new double[context.Inputs[input].ItemLength];
        if (fraction == 0) return noise;
        var random = new CounterRandom(seed, stream + (ulong)input, (uint)sample);
        var scale = context.Bounds is null ? Enumerable.Repeat(OwnRange(input, item), noise.Length).ToArray() : _scales[input] ??= Scale(input);
        for (var place = 0; place < noise.Length; place++) noise[place] = fraction * scale[place] * random.Normal();
        return noise;
    }

    private double OwnRange(int input, int item)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in context.Inputs[input].Item(item)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        return high - low;
    }

    // White less black at every element: the bounds' shape broadcasts to the item's.
    private double[] Scale(int input)
    {
        var (low, high) = context.Bounds![input];
        var shape = context.Inputs[input].ItemShape;
        return [.. high.Broadcast(shape).Values.Zip(low.Broadcast(shape).Values, (white, black) => white - black)];
    }
}
