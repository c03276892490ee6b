using System.Numerics.Tensors;

namespace Reverie.Explain;

/// <summary>A place on the path of an item, and how much the gradient there counts.</summary>
internal readonly record struct PathPlace(int Item, int Segment, double Node, double Weight);

/// <summary>
/// Running sums of gradients along the straight lines from baselines to inputs, for each item of a batch and each segment of its line. Places of all items go
/// through the network together, a run's worth at a time, and no gradient is kept: memory does not grow with the steps.
/// </summary>
internal sealed class PathIntegral
{
    private readonly AttributionContext _context;
    private readonly string _method;
    private readonly IReadOnlyList<Signal> _baseline;
    private readonly IReadOnlyList<string>? _layers;
    private readonly Signal[]?[] _sums;
    // points and gradients of a run, written over by the next: fresh ones would pile up faster than they are collected
    private Signal[]? _batch;
    private IReadOnlyList<Signal>? _gradients;
    private int _done;

    /// <param name="context">The question.</param>
    /// <param name="method">The id for progress reports.</param>
    /// <param name="baseline">Where the lines begin.</param>
    /// <param name="segments">How many parts of a line have sums of their own.</param>
    /// <param name="layers">Tensors whose gradients are summed; the inputs where null.</param>
    public PathIntegral(AttributionContext context, string method, IReadOnlyList<Signal> baseline, int segments = 1, IReadOnlyList<string>? layers = null)
    {
        (_context, _method, _baseline, _layers) = (context, method, baseline, layers);
        _sums = new Signal[]?[segments];
    }

    /// <summary>Adds the gradients at some places.</summary>
    public void Add(IReadOnlyList<PathPlace> places)
    {
        var total = _done + places.Count;
        foreach (var part in places.Chunk(_context.Subject.ItemsPerRun(_context.Inputs)))
        {
            if (_batch is null || _batch[0].Items != part.Length) _batch = [.. _context.Inputs.Select(input => new Signal(new double[part.Length * input.ItemLength], [part.Length, .. input.ItemShape]))];
            for (var input = 0; input < _batch.Length; input++) Between(_baseline[input], _context.Inputs[input], part, _batch[input].Values);
            var gradients = _gradients = _context.Subject.Differentiate(_batch, null, _layers, _gradients, _context.Cancellation).Gradients;
            for (var index = 0; index < part.Length; index++)
            {
                var sums = _sums[part[index].Segment] ??= [.. gradients.Select(gradient => new Signal(new double[_context.Items * gradient.ItemLength], [_context.Items, .. gradient.ItemShape]))];
                for (var tensor = 0; tensor < sums.Length; tensor++) Accumulate(sums[tensor].Item(part[index].Item), gradients[tensor].Item(index), part[index].Weight);
            }
            _done += part.Length;
            _context.Progress?.Report(new(_method, _done, total));
        }
    }

    /// <summary>The sums of all segments, each item's multiplied by a factor of its segment.</summary>
    public IReadOnlyList<Signal> Total(Func<int, int, double>? factor = null)
    {
        Signal[]? total = null;
        for (var segment = 0; segment < _sums.Length; segment++)
        {
            if (_sums[segment] is not { } sums) continue;
            total ??= [.. sums.Select(sum => sum.ZerosLike())];
            for (var tensor = 0; tensor < sums.Length; tensor++)
                for (var item = 0; item < _context.Items; item++) Accumulate(total[tensor].Item(item), sums[tensor].Item(item), factor?.Invoke(item, segment) ?? 1);
        }
        return total ?? throw new InvalidOperationException("no place was added");
    }

    /// <summary>The sum of (x - b) times the gradients of a segment.</summary>
    public double Change(int item, int segment)
    {
        var change = 0.0;
        for (var index = 0; index < _context.Inputs.Count; index++)
        {
            Span<double> x = _context.Inputs[index].Item(item), b = _baseline[index].Item(item), gradient = _sums[segment]![index].Item(item);
            for (var place = 0; place < x.Length; place++) change += (x[place] - b[place]) * gradient[place];
        }
        return change;
    }

    /// <summary>Gradients of the inputs, times x - b.</summary>
    public IReadOnlyList<Signal> Products(IReadOnlyList<Signal> gradients) =>
        [.. gradients.Select((gradient, index) => gradient.Zip(_context.Inputs[index].Zip(_baseline[index], (x, b) => x - b), (g, change) => g * change))];

    /// <summary>Writes the places' points on the line, one after another.</summary>
    public static void Between(Signal from, Signal to, IReadOnlyList<PathPlace> places, Span<double> points)
    {
        for (var place = 0; place < places.Count; place++)
        {
            Span<double> b = from.Item(places[place].Item), x = to.Item(places[place].Item);
            var into = points.Slice(place * to.ItemLength, to.ItemLength);
            TensorPrimitives.Subtract(x, b, into);
            TensorPrimitives.MultiplyAdd(into, places[place].Node, b, into);
        }
    }

    private static void Accumulate(Span<double> sum, ReadOnlySpan<double> gradient, double weight) => TensorPrimitives.MultiplyAdd(gradient, weight, sum, sum);
}
