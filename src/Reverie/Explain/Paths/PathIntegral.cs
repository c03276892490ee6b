namespace Reverie.Explain;

/// <summary>
/// Running sums of gradients along the straight lines from baselines to inputs, for each item of a batch. Steps of all items go through the network together,
/// a run's worth at a time, and no gradient is kept: memory does not grow with the steps.
/// </summary>
internal sealed class PathIntegral
{
    private readonly AttributionContext _context;
    private readonly string _method;
    private readonly IReadOnlyList<Signal> _baseline;
    private readonly Signal[] _sums;
    private int _done;

    public PathIntegral(AttributionContext context, string method, IReadOnlyList<Signal> baseline)
    {
        (_context, _method, _baseline) = (context, method, baseline);
        _sums = [.. context.Inputs.Select(input => input.ZerosLike())];
        Divisor = [.. Enumerable.Repeat(1.0, context.Items)];
    }

    /// <summary>What the sum of each item is divided by to be a mean.</summary>
    public double[] Divisor { get; }

    /// <summary>Adds the gradients of some items at nodes of [0, 1], with weights or all with 1.</summary>
    public void Add(int[] items, double[] nodes, double[]? weights)
    {
        var total = _done + items.Length * nodes.Length;
        var chunk = _context.Subject.ItemsPerRun(_context.Inputs);
        for (var first = 0; first < items.Length * nodes.Length; first += chunk)
        {
            var count = Math.Min(chunk, items.Length * nodes.Length - first);
            var places = Enumerable.Range(first, count).Select(index => (Item: items[index / nodes.Length], Node: index % nodes.Length)).ToArray();
            var batch = _context.Inputs.Select((input, index) => Between(_baseline[index], input, places, nodes)).ToArray();
            var gradients = _context.Subject.Differentiate(batch, cancellation: _context.Cancellation).Gradients;
            for (var input = 0; input < _sums.Length; input++)
                for (var place = 0; place < count; place++) Accumulate(_sums[input].Item(places[place].Item), gradients[input].Item(place), weights?[places[place].Node] ?? 1);
            _done += count;
            _context.Progress?.Report(new(_method, _done, total));
        }
    }

    /// <summary>The mean gradients.</summary>
    public IReadOnlyList<Signal> Means() => [.. _sums.Select(sum =>
    {
        var mean = new Signal([.. sum.Values], sum.Shape);
        for (var item = 0; item < mean.Items; item++)
            foreach (ref var value in mean.Item(item)) value /= Divisor[item];
        return mean;
    })];

    /// <summary>(x - b) times the mean gradients.</summary>
    public IReadOnlyList<Signal> Products() =>
        [.. Means().Select((mean, index) => mean.Zip(_context.Inputs[index].Zip(_baseline[index], (x, b) => x - b), (gradient, change) => gradient * change))];

    /// <summary>What the attributions of each item sum to.</summary>
    public double[] Sums()
    {
        var products = Products();
        return [.. Enumerable.Range(0, _context.Items).Select(item => products.Sum(product => product.Sum(item)))];
    }

    private static Signal Between(Signal from, Signal to, (int Item, int Node)[] places, double[] nodes)
    {
        var values = new double[places.Length * to.ItemLength];
        for (var place = 0; place < places.Length; place++)
        {
            Span<double> b = from.Item(places[place].Item), x = to.Item(places[place].Item);
            var at = nodes[places[place].Node];
            var into = values.AsSpan(place * to.ItemLength, to.ItemLength);
            for (var index = 0; index < into.Length; index++) into[index] = b[index] + at * (x[index] - b[index]);
        }
        return new(values, [places.Length, .. to.ItemShape]);
    }

    private static void Accumulate(Span<double> sum, ReadOnlySpan<double> gradient, double weight)
    {
        for (var index = 0; index < sum.Length; index++) sum[index] += weight * gradient[index];
    }
}
