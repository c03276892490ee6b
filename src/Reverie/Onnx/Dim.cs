using System.Globalization;
using System.Text;

namespace Reverie.Onnx;

/// <summary>
/// A dimension of a tensor that may depend on sizes known only at run time: an integer, or an expression such as
/// <c>floor((H+1)/2)</c> over named sizes, each of which is taken to be at least 1. Expressions are polynomials over names, floor divisions,
/// maxima and minima, in one canonical form, so that two branches of a network that keep the size are seen to agree.
/// All arithmetic is checked: what does not fit 64 bits throws <see cref="OverflowException"/>.
/// </summary>
public sealed partial class Dim : IEquatable<Dim>
{
    // Products of sums are multiplied out up to this many terms.
    private const int MaxTerms = 64;

    private readonly Term[] _terms;
    private readonly long _constant;
    private string? _text;
    private string? _key;

    private Dim(long constant, Term[] terms) => (_constant, _terms) = (constant, terms);

    /// <summary>A product of atoms, sorted by key, repeated for powers, and how often it is counted. Never without atoms.</summary>
    private readonly record struct Term(DimAtom[] Atoms, string Key, long Count);

    /// <summary>Whether the dimension is an integer known now.</summary>
    public bool IsKnown => _terms.Length == 0;

    /// <summary>The integer, or null where it depends on sizes known only at run time.</summary>
    public long? Value => IsKnown ? _constant : null;

    /// <summary>The names of the sizes that the dimension depends on.</summary>
    public IReadOnlySet<string> Symbols
    {
        get
        {
            var names = new SortedSet<string>(StringComparer.Ordinal);
            AddSymbols(names);
            return names;
        }
    }

    /// <summary>What tells expressions apart; longer than any expression of practice where an untrusted graph builds a monster.</summary>
    internal string Key => _key ??= Write(term => term.Key);

    /// <summary>The number that is added to the terms.</summary>
    internal long Constant => _constant;

    /// <summary>The terms: how often each product of atoms counts.</summary>
    internal IEnumerable<(long Count, DimAtom[] Atoms)> Terms => _terms.Select(term => (term.Count, term.Atoms));

    /// <summary>A known dimension.</summary>
    public static Dim Of(long value) => new(value, []);

    /// <summary>A dimension known by name only; at least 1.</summary>
    public static Dim Symbol(string name) => FromAtom(new SizeAtom(name));

    /// <summary>An integer is a dimension.</summary>
    public static implicit operator Dim(long value) => Of(value);

    /// <summary>The sum.</summary>
    public static Dim operator +(Dim left, Dim right) => Combine(left, 1, right);

    /// <summary>The difference.</summary>
    public static Dim operator -(Dim left, Dim right) => Combine(left, -1, right);

    /// <summary>The product.</summary>
    public static Dim operator *(Dim left, Dim right)
    {
        if (right.IsKnown) return Combine(0, right._constant, left);
        if (left.IsKnown) return Combine(0, left._constant, right);
        if ((left._terms.Length + 1) * (right._terms.Length + 1) > MaxTerms)
            return string.CompareOrdinal(left.Key, right.Key) <= 0 ? FromAtom(new ProductAtom(left, right)) : FromAtom(new ProductAtom(right, left));
        var sum = Combine(checked(left._constant * right._constant), left._constant, Of(0).WithTerms(right));
        sum = Combine(sum, right._constant, Of(0).WithTerms(left));
        foreach (var first in left._terms)
            foreach (var second in right._terms)
                sum += FromAtoms([.. first.Atoms, .. second.Atoms], checked(first.Count * second.Count));
        return sum;
    }

    /// <summary>The greater of two dimensions.</summary>
    public static Dim Max(Dim left, Dim right) => Extreme(left, right, greatest: true);

    /// <summary>The smaller of two dimensions.</summary>
    public static Dim Min(Dim left, Dim right) => Extreme(left, right, greatest: false);

    /// <summary>The integer once sizes are known, or null where <paramref name="sizes"/> lacks one.</summary>
    public long? Evaluate(IReadOnlyDictionary<string, long> sizes)
    {
        var sum = _constant;
        foreach (var term in _terms)
        {
            var product = term.Count;
            foreach (var atom in term.Atoms)
            {
                if (atom.Evaluate(sizes) is not { } value) return null;
                product = checked(product * value);
            }
            sum = checked(sum + product);
        }
        return sum;
    }

    /// <summary>The dimension with named sizes replaced by others.</summary>
    public Dim Substitute(IReadOnlyDictionary<string, Dim> sizes)
    {
        if (IsKnown) return this;
        Dim sum = _constant;
        foreach (var term in _terms)
        {
            Dim product = term.Count;
            foreach (var atom in term.Atoms) product *= atom.Substitute(sizes);
            sum += product;
        }
        return sum;
    }

    /// <inheritdoc/>
    public bool Equals(Dim? other)
    {
        if (other is null || _constant != other._constant || _terms.Length != other._terms.Length) return false;
        for (var index = 0; index < _terms.Length; index++)
            if (_terms[index].Count != other._terms[index].Count || _terms[index].Key != other._terms[index].Key) return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Dim);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = _constant.GetHashCode();
        foreach (var term in _terms) hash = HashCode.Combine(hash, term.Count, string.GetHashCode(term.Key, StringComparison.Ordinal));
        return hash;
    }

    /// <inheritdoc/>
    public override string ToString() => _text ??= Write(term => string.Join('*', term.Atoms.Select(atom => atom.Text)));

    internal void AddSymbols(ISet<string> names)
    {
        foreach (var term in _terms)
            foreach (var atom in term.Atoms) atom.AddSymbols(names);
    }

    private static Dim FromAtom(DimAtom atom) => new(0, [new([atom], atom.Key, 1)]);

    private static Dim FromAtoms(DimAtom[] atoms, long count)
    {
        if (atoms.Length == 0) return Of(count);
        Array.Sort(atoms, (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return count == 0 ? Of(0) : new(0, [new(atoms, string.Join('*', atoms.Select(atom => atom.Key)), count)]);
    }

    private Dim WithTerms(Dim other) => new(_constant, other._terms);

    private static Dim Combine(Dim left, long factor, Dim right)
    {
        var constant = checked(left._constant + factor * right._constant);
        if (right.IsKnown || factor == 0) return new(constant, left._terms);
        // both lists are sorted: merge them
        var terms = new List<Term>(left._terms.Length + right._terms.Length);
        int i = 0, j = 0;
        while (i < left._terms.Length || j < right._terms.Length)
        {
            var order = i == left._terms.Length ? 1 : j == right._terms.Length ? -1 : string.CompareOrdinal(left._terms[i].Key, right._terms[j].Key);
            if (order < 0)
            {
                terms.Add(left._terms[i++]);
                continue;
            }
            var term = right._terms[j++];
            var count = checked(factor * term.Count + (order == 0 ? left._terms[i++].Count : 0));
            if (count != 0) terms.Add(term with { Count = count });
        }
        return new(constant, [.. terms]);
    }

    private string Write(Func<Term, string> write)
    {
        var text = new StringBuilder();
        foreach (var term in _terms)
        {
            if (term.Count < 0) text.Append('-');
            else if (text.Length > 0) text.Append('+');
            if (term.Count is not (1 or -1)) text.Append(CultureInfo.InvariantCulture, $"{term.Count.ToString(CultureInfo.InvariantCulture).TrimStart('-')}*");
            text.Append(write(term));
        }
        if (_constant != 0 || text.Length == 0)
        {
            if (_constant >= 0 && text.Length > 0) text.Append('+');
            text.Append(_constant);
        }
        return text.ToString();
    }
}
