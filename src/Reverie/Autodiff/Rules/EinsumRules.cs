namespace Reverie.Autodiff.Rules;

/// <summary>
/// Sums of products by Einstein's convention. The cotangent of an operand is again such a sum, of the cotangent and the other operands, over the indices that the
/// operand does not have; indices that it alone has were summed over, so that the cotangent is repeated along them.
/// </summary>
internal static class EinsumRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules) => rules["Einsum"] = Einsum;

    private static void Einsum(RuleContext c)
    {
        var (operands, result) = Labels(c);
        for (var index = 0; index < operands.Length; index++)
        {
            if (!c.Wants(index)) continue;
            var own = operands[index];
            if (own.Distinct().Count() < own.Length) throw c.Refusal($"the index that its operand {index} repeats ('{own}') is not supported");
            var others = Enumerable.Range(0, operands.Length).Where(other => other != index).ToArray();
            var known = (result + string.Concat(others.Select(other => operands[other]))).ToHashSet();
            var there = string.Concat(own.Where(known.Contains));
            var equation = $"{string.Join(',', (string[])[result, .. others.Select(other => operands[other])])}->{there}";
            var sum = c.Emitter.Op("Einsum", [c.Dy, .. others.Select(c.In)], ("equation", equation));
            c.Give(index, ToOperand(c, index, sum, own, there, operands, others));
        }
    }

    // Summed along dimensions of size 1 that were repeated to meet others, repeated along those that were summed.
    private static Value ToOperand(RuleContext c, int index, Value sum, string own, string there, string[] operands, int[] others)
    {
        var dims = c.Dims(index)!;
        long[] widened = [.. Enumerable.Range(0, there.Length).Where(axis => dims[own.IndexOf(there[axis])].Value == 1
            && others.Any(other => operands[other].IndexOf(there[axis]) is >= 0 and var at && c.Dims(other)![at].Value != 1)).Select(axis => (long)axis)];
        if (widened.Length > 0) sum = sum.Sum(widened);
        if (there.Length == own.Length) return sum;
        long[] missing = [.. Enumerable.Range(0, own.Length).Where(axis => !there.Contains(own[axis])).Select(axis => (long)axis)];
        return sum.Unsqueeze(missing).Expand(c.Shape(index));
    }

    // Every dimension gets a letter: those behind an ellipsis, aligned at the right, get letters that the equation does not use.
    private static (string[] Operands, string Result) Labels(RuleContext c)
    {
        var equation = c.Node.String("equation", "").Replace(" ", "", StringComparison.Ordinal);
        var arrow = equation.IndexOf("->", StringComparison.Ordinal);
        var terms = (arrow < 0 ? equation : equation[..arrow]).Split(',');
        var free = string.Concat(Enumerable.Range('a', 26).Concat(Enumerable.Range('A', 26)).Select(letter => (char)letter).Where(letter => !equation.Contains(letter)));
        var widest = 0;
        for (var index = 0; index < terms.Length; index++)
            if (terms[index].Contains('.')) widest = Math.Max(widest, c.Rank(index) - (terms[index].Length - 3));
        if (widest > free.Length) throw c.Refusal("its ellipsis stands for too many dimensions");
        var result = arrow >= 0
            ? equation[(arrow + 2)..]
            : (equation.Contains('.') ? "..." : "") + string.Concat(string.Concat(terms).Where(char.IsAsciiLetter).GroupBy(letter => letter).Where(group => group.Count() == 1).Select(group => group.Key).Order());
        return ([.. terms.Select((term, index) => Spelled(term, c.Rank(index) - (term.Length - 3)))], Spelled(result, widest));

        string Spelled(string term, int hidden) => term.Replace("...", term.Contains('.') ? free[(widest - hidden)..widest] : "", StringComparison.Ordinal);
    }
}
