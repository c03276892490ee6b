namespace Reverie.Onnx;

/// <summary>
/// What a <see cref="Dim"/> is a polynomial of: a named size, or a floor division, maximum or minimum that cannot be written as one.
/// Two atoms are the same where their keys are; the key of a name cannot be mistaken for that of an expression.
/// </summary>
internal abstract class DimAtom(string text, string key)
{
    /// <summary>The atom as it is shown.</summary>
    public string Text { get; } = text;

    /// <summary>What tells atoms apart and orders them.</summary>
    public string Key { get; } = key;

    public abstract long? Evaluate(IReadOnlyDictionary<string, long> sizes);

    public abstract Dim Substitute(IReadOnlyDictionary<string, Dim> sizes);

    public abstract void AddSymbols(ISet<string> names);
}

/// <summary>A size known at run time only, at least 1.</summary>
internal sealed class SizeAtom(string name) : DimAtom(name, $"'{name}'")
{
    public override long? Evaluate(IReadOnlyDictionary<string, long> sizes) => sizes.TryGetValue(Text, out var size) ? size : null;

    public override Dim Substitute(IReadOnlyDictionary<string, Dim> sizes) => sizes.TryGetValue(Text, out var size) ? size : Dim.Symbol(Text);

    public override void AddSymbols(ISet<string> names) => names.Add(Text);
}

/// <summary>A division rounded down.</summary>
internal sealed class QuotientAtom(Dim dividend, Dim divisor)
    : DimAtom(divisor.IsKnown ? $"floor(({dividend})/{divisor})" : $"floor(({dividend})/({divisor}))", $"({dividend.Key})/({divisor.Key})")
{
    public Dim Dividend { get; } = dividend;

    public Dim Divisor { get; } = divisor;

    public override long? Evaluate(IReadOnlyDictionary<string, long> sizes)
    {
        if (Dividend.Evaluate(sizes) is not { } top || Divisor.Evaluate(sizes) is not { } bottom) return null;
        return bottom > 0 ? Dim.Floor(top, bottom) : null;
    }

    public override Dim Substitute(IReadOnlyDictionary<string, Dim> sizes) => Dividend.Substitute(sizes).FloorDiv(Divisor.Substitute(sizes));

    public override void AddSymbols(ISet<string> names)
    {
        Dividend.AddSymbols(names);
        Divisor.AddSymbols(names);
    }
}

/// <summary>The greater or the smaller of two dimensions of which it is not known which is which.</summary>
internal sealed class ExtremeAtom(Dim left, Dim right, bool greatest)
    : DimAtom($"{(greatest ? "max" : "min")}({left},{right})", $"{(greatest ? ">" : "<")}({left.Key},{right.Key})")
{
    public override long? Evaluate(IReadOnlyDictionary<string, long> sizes) =>
        left.Evaluate(sizes) is { } first && right.Evaluate(sizes) is { } second
            ? greatest ? Math.Max(first, second) : Math.Min(first, second)
            : null;

    public override Dim Substitute(IReadOnlyDictionary<string, Dim> sizes) => greatest
        ? Dim.Max(left.Substitute(sizes), right.Substitute(sizes))
        : Dim.Min(left.Substitute(sizes), right.Substitute(sizes));

    public override void AddSymbols(ISet<string> names)
    {
        left.AddSymbols(names);
        right.AddSymbols(names);
    }

    /// <summary>What the atom is never below, or null.</summary>
    public long? Least() => (left.Least(), right.Least()) switch
    {
        ({ } first, { } second) => greatest ? Math.Max(first, second) : Math.Min(first, second),
        var (first, second) => greatest ? first ?? second : null,
    };

    /// <summary>What the atom never exceeds, or null.</summary>
    public long? Most() => (left.Most(), right.Most()) switch
    {
        ({ } first, { } second) => greatest ? Math.Max(first, second) : Math.Min(first, second),
        var (first, second) => greatest ? null : first ?? second,
    };
}

/// <summary>A product that would have too many terms if it were multiplied out.</summary>
internal sealed class ProductAtom(Dim left, Dim right) : DimAtom($"({left})*({right})", $"({left.Key})*({right.Key})")
{
    public override long? Evaluate(IReadOnlyDictionary<string, long> sizes) =>
        left.Evaluate(sizes) is { } first && right.Evaluate(sizes) is { } second ? checked(first * second) : null;

    public override Dim Substitute(IReadOnlyDictionary<string, Dim> sizes) => left.Substitute(sizes) * right.Substitute(sizes);

    public override void AddSymbols(ISet<string> names)
    {
        left.AddSymbols(names);
        right.AddSymbols(names);
    }
}
