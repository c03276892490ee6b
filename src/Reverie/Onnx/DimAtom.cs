namespace Reverie.Onnx;

/// <summary>
/// What a <see cref="Dim"/> is a polynomial of: a named size, or a floor division, maximum or minimum that cannot be written as one.
/// Two atoms are the same where their keys are; the key of a name cannot be mistaken for that of an expression.
/// </summary>
internal abstract class DimAtom(string text, string key)
{
    private (long? Least, long? Most)? _range;

    /// <summary>The atom as it is shown.</summary>
    public string Text { get; } = text;

    /// <summary>What tells atoms apart and orders them.</summary>
    public string Key { get; } = key;

    /// <summary>
    /// What the atom is never below and never exceeds, where that is known. Found once: both bounds of nested maxima and minima need both bounds inside,
    /// which would double the work at every level.
    /// </summary>
    public (long? Least, long? Most) Range => _range ??= FindRange();

    public abstract long? Evaluate(IReadOnlyDictionary<string, long> sizes);

    public abstract Dim Substitute(IReadOnlyDictionary<string, Dim> sizes);

    public abstract void AddSymbols(ISet<string> names);

    protected virtual (long? Least, long? Most) FindRange() => (null, null);
}

/// <summary>A size known at run time only, at least 1.</summary>
internal sealed class SizeAtom(string name) : DimAtom(name, $"'{name}'")
{
    public override long? Evaluate(IReadOnlyDictionary<string, long> sizes) => sizes.TryGetValue(Text, out var size) ? size : null;

    public override Dim Substitute(IReadOnlyDictionary<string, Dim> sizes) => sizes.TryGetValue(Text, out var size) ? size : Dim.Symbol(Text);

    public override void AddSymbols(ISet<string> names) => names.Add(Text);

    protected override (long? Least, long? Most) FindRange() => (1, null);
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

    protected override (long? Least, long? Most) FindRange() => Divisor.Value is { } divisor
        ? (Dividend.Least() is { } low ? Dim.Floor(low, divisor) : null, Dividend.Most() is { } high ? Dim.Floor(high, divisor) : null)
        : (Dividend.Least() >= 0 ? 0 : null, null);
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

    protected override (long? Least, long? Most) FindRange()
    {
        var (leasts, mosts) = ((left.Least(), right.Least()), (left.Most(), right.Most()));
        return greatest
            ? (Greater(leasts) ?? leasts.Item1 ?? leasts.Item2, Greater(mosts))
            : (Smaller(leasts), Smaller(mosts) ?? mosts.Item1 ?? mosts.Item2);
    }

    private static long? Greater((long?, long?) pair) => pair is ({ } first, { } second) ? Math.Max(first, second) : null;

    private static long? Smaller((long?, long?) pair) => pair is ({ } first, { } second) ? Math.Min(first, second) : null;
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
