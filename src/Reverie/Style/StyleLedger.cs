using System.Numerics.Tensors;
using Reverie.Imaging;

namespace Reverie.Style;

/// <summary>
/// Who painted what: what each layer of an objective gained from the change of each pixel. Along the path that the optimiser takes, part l of the objective falls by the integral of -grad L_l dx, which is a sum over
/// pixels; so the parts of all layers and pixels add up to what the objective fell by, as attributions of integrated gradients (Sundararajan et al. 2017, arXiv:1703.01365) do.
/// </summary>
/// <remarks>
/// The integral is taken by the trapezoidal rule between pictures where the objective had fallen by <see cref="Fall"/>; what it misses is told for each part (<see cref="StyleLedgerPart.Missed"/>), so that
/// nothing is lost silently. Sizes are added up: a small size's map is enlarged to the result's with the same sum. What enlarging a picture changes is nobody's and not in it. The penalty of what lies beyond black and white is no layer's and not in it either. A layer that is worse off than before, as the content mostly is, has paid: its map is negative.
/// Each sample costs one gradient a part, so a run with a ledger takes a few times as long, and the picture is the same.
/// </remarks>
public sealed class StyleLedger
{
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private List<(string Name, double[] Weights)> _parts = [];
    private (float[] Picture, float[][] Gradients, double[] Values)? _last;
    private double _lastValue;
    private (int Height, int Width) _size;

    /// <summary>A picture is sampled when the objective has fallen by this share since the last one.</summary>
    public double Fall { get; init; } = 0.12;

    /// <summary>Gradients that were computed for the ledger.</summary>
    public int Samples { get; private set; }

    /// <summary>The parts: every layer of style, then of content, then total variation.</summary>
    public IReadOnlyList<StyleLedgerPart> Parts => [.. _accounts.Select(account => new StyleLedgerPart(account.Key, _size.Height, _size.Width, account.Value.Map, account.Value.Gain, account.Value.Gain - Sum(account.Value.Map)))];

    /// <summary>Begins a size.</summary>
    internal void Begin(StyleProblem problem, IReadOnlyList<StyleTerm> terms)
    {
        foreach (var account in _accounts.Values) account.Enlarge(_size, (problem.Height, problem.Width));
        (_size, _last) = ((problem.Height, problem.Width), null);
        _parts = [.. terms.Select(NameOf).Distinct().OrderBy(name => name.Order).Select(name => (name.Name, terms.Select((term, index) => NameOf(term) == name ? problem.Weights[index] : 0).ToArray()))];
        foreach (var (name, _) in _parts)
            if (!_accounts.ContainsKey(name)) _accounts[name] = new(_size.Height * _size.Width);
    }

    /// <summary>The optimiser stands at a picture; it is sampled where it is time to.</summary>
    /// <param name="problem">The objective.</param>
    /// <param name="picture">The picture [3,H,W], which the ledger keeps.</param>
    /// <param name="value">The objective there.</param>
    /// <param name="isLast">Whether the size ends here.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    internal void Visit(StyleProblem problem, Func<float[]> picture, double value, bool isLast, CancellationToken cancellation)
    {
        if (_last is not null && !isLast && value > _lastValue * (1 - Fall)) return;
        var x = picture();
        var gradients = new float[_parts.Count][];
        var values = new double[_parts.Count];
        for (var part = 0; part < _parts.Count; part++)
        {
            var found = problem.Differentiate(x, _parts[part].Weights, gradients[part] = new float[x.Length], cancellation);
            values[part] = found.Select((each, index) => each * _parts[part].Weights[index]).Sum();
        }
        Samples += _parts.Count;
        if (_last is { } last)
        {
            var change = new float[x.Length];
            TensorPrimitives.Subtract(last.Picture, x, change);
            for (var part = 0; part < _parts.Count; part++)
            {
                var account = _accounts[_parts[part].Name];
                account.Gain += last.Values[part] - values[part];
                Trapezium(last.Gradients[part], gradients[part], change, account.Map);
            }
        }
        (_last, _lastValue) = ((x, gradients, values), value);
    }

    // map -= 1/2 (g + h) (x' - x), summed over the channels
    private static void Trapezium(float[] before, float[] after, float[] change, float[] map)
    {
        var mean = new float[map.Length];
        for (var channel = 0; channel < 3; channel++)
        {
            var (start, length) = (channel * map.Length, map.Length);
            TensorPrimitives.Add(before.AsSpan(start, length), after.AsSpan(start, length), mean);
            TensorPrimitives.Multiply(mean, 0.5f, mean);
            TensorPrimitives.MultiplyAdd(mean, change.AsSpan(start, length), map, map);
        }
    }

    private static (string Name, int Order) NameOf(StyleTerm term) => term.Layer.Length == 0 ? ("total variation", 2) : term.IsStyle ? ($"style {term.Layer}", 0) : ($"content {term.Layer}", 1);

    private static double Sum(float[] map) => map.Sum(value => (double)value);

    private sealed class Account(int pixels)
    {
        public float[] Map { get; private set; } = new float[pixels];

        public double Gain { get; set; }

        public void Enlarge((int Height, int Width) from, (int Height, int Width) to)
        {
            if (from == to) return;
            var sum = Sum(Map);
            var larger = Resampling.Resize(Map, 1, from.Height, from.Width, to.Height, to.Width, ResampleKernel.Triangle);
            TensorPrimitives.Multiply(larger, (float)((double)from.Height * from.Width / ((double)to.Height * to.Width)), larger);
            // the borders of a resampled picture weigh a little more or less
            TensorPrimitives.Add(larger, (float)((sum - Sum(larger)) / larger.Length), larger);
            Map = larger;
        }
    }
}

/// <summary>What one layer gained, pixel by pixel.</summary>
/// <param name="Name">Style or content and the layer, or total variation.</param>
/// <param name="Height">Rows of the map.</param>
/// <param name="Width">Columns of the map.</param>
/// <param name="Map">[H,W]: by how much the change of each pixel lowered the layer's weighted terms; negative where it raised them.</param>
/// <param name="Gain">By how much the layer's weighted terms fell, measured at the ends of each size.</param>
/// <param name="Missed">What the map's sum lacks of that, by the rule of integration.</param>
public sealed record StyleLedgerPart(string Name, int Height, int Width, float[] Map, double Gain, double Missed);
