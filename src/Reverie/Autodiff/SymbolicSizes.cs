using Reverie.Onnx;

namespace Reverie.Autodiff;

/// <summary>Computes symbolic dimensions inside a graph, by integer arithmetic on the sizes of its inputs.</summary>
internal sealed class SymbolicSizes(Emitter emitter)
{
    private readonly Dictionary<string, Value> _computed = new(StringComparer.Ordinal);
    private Dictionary<string, (string Input, int Axis)>? _sources;

    /// <summary>A shape as a vector, or null where a dimension does not follow from the inputs' sizes by sums, products and divisions.</summary>
    public Value? Of(IReadOnlyList<Dim>? shape)
    {
        if (shape is null || shape.Count == 0 || !shape.All(CanCompute)) return null;
        Value[] sizes = [.. shape.Select(Compute)];
        return sizes.Length == 1 ? sizes[0] : emitter.Op("Concat", sizes, ("axis", 0));
    }

    private bool CanCompute(Dim dim) => dim.Terms.All(term => term.Atoms.All(atom => atom switch
    {
        SizeAtom size => Sources.ContainsKey(size.Text),
        QuotientAtom quotient => CanCompute(quotient.Dividend) && CanCompute(quotient.Divisor),
        _ => false,
    }));

    private Value Compute(Dim dim)
    {
        if (dim.Value is { } known) return emitter.Ints(known);
        var key = dim.ToString();
        if (_computed.TryGetValue(key, out var computed)) return computed;
        Value? sum = null;
        foreach (var (count, atoms) in dim.Terms)
        {
            var term = atoms.Select(Compute).Aggregate((product, next) => product * next);
            if (count != 1) term *= emitter.Ints(count);
            sum = sum is { } before ? before + term : term;
        }
        var total = sum!.Value;
        if (dim.Constant != 0) total += emitter.Ints(dim.Constant);
        return _computed[key] = total;
    }

    // The dividends are sizes, hence not negative: ONNX's division of integers, which truncates, is then rounding down.
    private Value Compute(DimAtom atom) => atom switch
    {
        SizeAtom size => Source(size.Text),
        QuotientAtom quotient => Compute(quotient.Dividend) / Compute(quotient.Divisor),
        _ => throw new InvalidOperationException($"{atom.Text} was not checked"),
    };

    private Value Source(string symbol)
    {
        if (_computed.TryGetValue(symbol, out var known)) return known;
        var (input, axis) = Sources[symbol];
        return _computed[symbol] = emitter.Op("Shape", [emitter[input]], ("start", axis), ("end", axis + 1));
    }

    private Dictionary<string, (string Input, int Axis)> Sources
    {
        get
        {
            if (_sources is not null) return _sources;
            _sources = new(StringComparer.Ordinal);
            foreach (var input in emitter.Graph.Inputs)
                for (var axis = 0; axis < (input.Type.Rank ?? 0); axis++)
                    if (input.Type.Shape![axis].Terms.ToList() is [(1, [SizeAtom size])] && input.Type.Shape[axis].Constant == 0)
                        _sources.TryAdd(size.Text, (input.Name, axis));
            return _sources;
        }
    }
}
