namespace Reverie.Onnx;

/// <content>Division, and what can be said of an expression's range.</content>
public sealed partial class Dim
{
    /// <summary>Division by a positive integer, rounded down.</summary>
    public Dim FloorDiv(long divisor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(divisor);
        if (divisor == 1) return this;
        // whole multiples of the divisor leave the floor: floor((k a + r) / k) = a + floor(r / k)
        var whole = Floor(_constant, divisor);
        Dim outside = whole, rest = checked(_constant - whole * divisor);
        var common = divisor;
        foreach (var term in _terms)
        {
            var single = new Dim(0, [term with { Count = 1 }]);
            var multiple = Floor(term.Count, divisor);
            var left = checked(term.Count - multiple * divisor);
            outside = Combine(outside, multiple, single);
            rest = Combine(rest, left, single);
            common = Gcd(common, left);
        }
        if (rest.IsKnown) return outside + Floor(rest._constant, divisor);
        if (common > 1)
        {
            // floor((g y + c) / (g k)) = floor((y + floor(c / g)) / k)
            var terms = Array.ConvertAll(rest._terms, term => term with { Count = term.Count / common });
            return outside + new Dim(Floor(rest._constant, common), terms).FloorDiv(divisor / common);
        }
        // floor((floor(x / a) + c) / b) = floor((x + a c) / (a b)): chains of strided layers do not nest
        if (rest._terms is [{ Count: 1, Atoms: [QuotientAtom { Divisor.Value: { } inner } quotient] }])
            return outside + Combine(quotient.Dividend, inner, rest._constant).FloorDiv(checked(inner * divisor));
        return outside + FromAtom(new QuotientAtom(rest, divisor));
    }

    /// <summary>Division rounded down. The divisor is taken to be positive where it is not known.</summary>
    /// <exception cref="DivideByZeroException">The divisor is known and not positive.</exception>
    public Dim FloorDiv(Dim divisor)
    {
        if (divisor.Value is { } known) return known > 0 ? FloorDiv(known) : throw new DivideByZeroException();
        return DivideExactly(divisor) ?? FromAtom(new QuotientAtom(this, divisor));
    }

    /// <summary>Division by a positive integer, rounded up.</summary>
    public Dim CeilDiv(long divisor) => (this + (divisor - 1)).FloorDiv(divisor);

    /// <summary>
    /// The quotient where the division leaves no remainder whatever the sizes are, else null: division of polynomials, graded lexicographic order.
    /// </summary>
    public Dim? DivideExactly(Dim divisor)
    {
        if (divisor.IsKnown && divisor._constant == 0) return null;
        if (Equals(divisor)) return 1;
        var (lead, leadCount) = divisor.Leading();
        Dim quotient = 0, rest = this;
        for (var round = 0; round < MaxTerms; round++)
        {
            if (rest.IsKnown && rest._constant == 0) return quotient;
            var (atoms, count) = rest.Leading();
            if (count % leadCount != 0 || Without(atoms, lead) is not { } left) return null;
            var step = FromAtoms(left, count / leadCount);
            if (step._terms.Length * divisor._terms.Length > MaxTerms) return null;
            quotient += step;
            rest -= step * divisor;
        }
        return null;
    }

    /// <summary>An integer that the dimension is never below, names being at least 1, or null where none was found.</summary>
    internal long? Least() => Least(this);

    /// <summary>An integer that the dimension never exceeds, or null where none was found.</summary>
    internal long? Most() => Least(0 - this) is { } least && least != long.MinValue ? -least : null;

    internal static long Floor(long dividend, long divisor)
    {
        var quotient = dividend / divisor;
        return dividend % divisor < 0 ? quotient - 1 : quotient;
    }

    private static Dim Extreme(Dim left, Dim right, bool greatest)
    {
        if (left.Equals(right)) return left;
        var difference = left - right;
        if (difference.Least() >= 0) return greatest ? left : right;
        if (difference.Most() <= 0) return greatest ? right : left;
        return string.CompareOrdinal(left.Key, right.Key) <= 0 ? FromAtom(new ExtremeAtom(left, right, greatest)) : FromAtom(new ExtremeAtom(right, left, greatest));
    }

    private static long? Least(Dim dim)
    {
        // Floors are relaxed to (x - k + 1) / k <= floor(x / k) <= x / k, the whole scaled by k; being an integer, the bound is rounded up at the end.
        long scale = 1;
        for (var round = 0; round < 8; round++)
        {
            var index = Array.FindIndex(dim._terms, term => term.Atoms is [QuotientAtom { Divisor.IsKnown: true }]);
            if (index < 0) break;
            var term = dim._terms[index];
            var quotient = (QuotientAtom)term.Atoms[0];
            var divisor = quotient.Divisor._constant;
            if ((Int128)scale * divisor > int.MaxValue || Int128.Abs((Int128)term.Count * divisor) > int.MaxValue) return null;
            var others = new Dim(dim._constant, [.. dim._terms.Where((_, other) => other != index)]);
            dim = others * divisor + (term.Count < 0 ? quotient.Dividend : quotient.Dividend - (divisor - 1)) * term.Count;
            scale *= divisor;
        }
        Int128 least = dim._constant;
        foreach (var term in dim._terms)
        {
            Int128 low = 1, high = 1;
            var bounded = true;
            foreach (var atom in term.Atoms)
            {
                var (atomLow, atomHigh) = atom.Range;
                if (atomLow is not >= 0) return null;
                low *= atomLow.Value;
                bounded &= atomHigh is not null;
                if (bounded) high *= atomHigh!.Value;
                if (low > long.MaxValue || high > long.MaxValue) return null;
            }
            if (term.Count < 0 && !bounded) return null;
            least += term.Count * (term.Count > 0 ? low : high);
            if (least > long.MaxValue || least < -long.MaxValue) return null;
        }
        return -Floor((long)-least, scale);
    }

    private (DimAtom[] Atoms, long Count) Leading()
    {
        var best = new Term([], "", _constant);
        foreach (var term in _terms)
            if (best.Atoms.Length == 0 || Precedes(term.Atoms, best.Atoms)) best = term;
        return (best.Atoms, best.Count);
    }

    private static bool Precedes(DimAtom[] left, DimAtom[] right)
    {
        if (left.Length != right.Length) return left.Length > right.Length;
        for (var index = 0; index < left.Length; index++)
            if (string.CompareOrdinal(left[index].Key, right[index].Key) is var order and not 0) return order < 0;
        return false;
    }

    private static DimAtom[]? Without(DimAtom[] atoms, DimAtom[] taken)
    {
        var left = atoms.ToList();
        foreach (var atom in taken)
        {
            var index = left.FindIndex(other => other.Key == atom.Key);
            if (index < 0) return null;
            left.RemoveAt(index);
        }
        return [.. left];
    }

    private static long Gcd(long left, long right)
    {
        while (right != 0) (left, right) = (right, left % right);
        return left;
    }
}
