using System.Globalization;
using System.Text;

namespace Reverie.Onnx;

/// <summary>
/// A dimension of a tensor that may depend on sizes known only at run time: an integer, or an expression such as
/// <c>floor((H+1)/2)</c> over named sizes. Expressions are kept as linear sums over symbols, floor divisions and products,
/// in one canonical form, so that two branches of a network that keep the size are seen to agree.
/// </summary>
public sealed class Dim : IEquatable<Dim>
{
    private readonly SortedDictionary<string, (long Factor, Atom Atom)> _terms;
    private string? _text;

    private Dim(long constant, SortedDictionary<string, (long, Atom)> terms) => (Constant, _terms) = (constant, terms);

    private abstract record Atom;

    private sealed record Symbolic(string Name) : Atom;

    private sealed record Quotient(Dim Dividend, long Divisor) : Atom;

    private sealed record Product(Dim Left, Dim Right) : Atom;

    /// <summary>Whether the dimension is an integer known now.</summary>
    public bool IsKnown => _terms.Count == 0;

    /// <summary>The integer, or null where it depends on sizes known only at run time.</summary>
    public long? Value => IsKnown ? Constant : null;

    private long Constant { get; }

    /// <summary>A known dimension.</summary>
    public static Dim Of(long value) => new(value, []);

    /// <summary>A dimension known by name only.</summary>
    public static Dim Symbol(string name) => FromAtom(new Symbolic(name), name);

    /// <summary>An integer is a dimension.</summary>
    public static implicit operator Dim(long value) => Of(value);

    /// <summary>The sum. Overflow throws <see cref="OverflowException"/>, as in all arithmetic here.</summary>
    public static Dim operator +(Dim left, Dim right) => Combine(left, 1, right);

    /// <summary>The difference.</summary>
    public static Dim operator -(Dim left, Dim right) => Combine(left, -1, right);

    /// <summary>The product.</summary>
    public static Dim operator *(Dim left, Dim right)
    {
        if (right.IsKnown) return Combine(0, right.Constant, left);
        if (left.IsKnown) return Combine(0, left.Constant, right);
        var (first, second) = string.CompareOrdinal(left.ToString(), right.ToString()) <= 0 ? (left, right) : (right, left);
        return FromAtom(new Product(first, second), $"({first})*({second})");
    }

    /// <summary>Division by a positive integer, rounded down.</summary>
    public Dim FloorDiv(long divisor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(divisor);
        if (divisor == 1) return this;
        // whole multiples of the divisor leave the floor: floor((k a + r) / k) = a + floor(r / k)
        var whole = Floor(Constant, divisor);
        Dim outside = whole, rest = checked(Constant - whole * divisor);
        foreach (var (factor, atom) in _terms.Values)
        {
            var term = FromAtom(atom, TextOf(atom));
            if (factor % divisor == 0) outside += Combine(0, factor / divisor, term);
            else rest += Combine(0, factor, term);
        }
        if (rest.IsKnown) return outside + Floor(rest.Constant, divisor);
        // floor((floor(x / a) + c) / b) = floor((x + a c) / (a b)): chains of strided layers do not nest
        if (rest._terms.Count == 1 && rest._terms.First().Value is (1, Quotient inner))
            return outside + Combine(inner.Dividend, inner.Divisor, rest.Constant).FloorDiv(checked(inner.Divisor * divisor));
        return outside + FromAtom(new Quotient(rest, divisor), $"floor(({rest})/{divisor})");
    }

    /// <summary>Division by a positive integer, rounded up.</summary>
    public Dim CeilDiv(long divisor) => (this + (divisor - 1)).FloorDiv(divisor);

    /// <summary>The integer once sizes are known, or null where <paramref name="sizes"/> lacks one.</summary>
    public long? Evaluate(IReadOnlyDictionary<string, long> sizes)
    {
        var sum = Constant;
        foreach (var (factor, atom) in _terms.Values)
        {
            var value = atom switch
            {
                Symbolic symbol => sizes.TryGetValue(symbol.Name, out var size) ? size : null,
                Quotient quotient => quotient.Dividend.Evaluate(sizes) is { } dividend ? Floor(dividend, quotient.Divisor) : null,
                Product product => product.Left.Evaluate(sizes) is { } left && product.Right.Evaluate(sizes) is { } right ? checked(left * right) : null,
                _ => (long?)null,
            };
            if (value is null) return null;
            sum = checked(sum + factor * value.Value);
        }
        return sum;
    }

    /// <summary>The dimension with named sizes replaced by others.</summary>
    public Dim Substitute(IReadOnlyDictionary<string, Dim> sizes)
    {
        Dim sum = Constant;
        foreach (var (factor, atom) in _terms.Values)
        {
            var value = atom switch
            {
                Symbolic symbol => sizes.TryGetValue(symbol.Name, out var size) ? size : Symbol(symbol.Name),
                Quotient quotient => quotient.Dividend.Substitute(sizes).FloorDiv(quotient.Divisor),
                Product product => product.Left.Substitute(sizes) * product.Right.Substitute(sizes),
                _ => throw new InvalidOperationException(),
            };
            sum += Combine(0, factor, value);
        }
        return sum;
    }

    /// <inheritdoc/>
    public bool Equals(Dim? other) => other is not null && Constant == other.Constant && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Dim);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_text is not null) return _text;
        var text = new StringBuilder();
        foreach (var (name, (factor, _)) in _terms)
        {
            if (factor < 0) text.Append('-');
            else if (text.Length > 0) text.Append('+');
            if (factor is not (1 or -1)) text.Append(CultureInfo.InvariantCulture, $"{Math.Abs(factor)}*");
            text.Append(name);
        }
        if (Constant != 0 || text.Length == 0)
        {
            if (Constant >= 0 && text.Length > 0) text.Append('+');
            text.Append(Constant);
        }
        return _text = text.ToString();
    }

    private static Dim FromAtom(Atom atom, string text) => new(0, new(StringComparer.Ordinal) { [text] = (1, atom) });

    private static string TextOf(Atom atom) => atom switch
    {
        Symbolic symbol => symbol.Name,
        Quotient quotient => $"floor(({quotient.Dividend})/{quotient.Divisor})",
        Product product => $"({product.Left})*({product.Right})",
        _ => throw new InvalidOperationException(),
    };

    private static Dim Combine(Dim left, long factor, Dim right)
    {
        var terms = new SortedDictionary<string, (long Factor, Atom Atom)>(left._terms, StringComparer.Ordinal);
        foreach (var (name, (count, atom)) in right._terms)
        {
            var sum = checked((terms.TryGetValue(name, out var term) ? term.Factor : 0) + factor * count);
            if (sum == 0) terms.Remove(name);
            else terms[name] = (sum, atom);
        }
        return new(checked(left.Constant + factor * right.Constant), terms);
    }

    private static long Floor(long dividend, long divisor)
    {
        var quotient = dividend / divisor;
        return dividend % divisor < 0 ? quotient - 1 : quotient;
    }
}
