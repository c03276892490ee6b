namespace Reverie.Onnx.Shapes;

/// <summary>Matrix products.</summary>
internal static class MatrixShapes
{
    public static void AddTo(Dictionary<string, Action<Step>> rules)
    {
        rules["Gemm"] = Gemm;
        rules["MatMul"] = MatMul;
        rules["Einsum"] = Einsum;
    }

    // The bias must fit the product, which it must not widen; a size known only at run time gets the benefit of the doubt.
    private static bool Grew(Dim own, Dim sum) => own.IsKnown && sum.IsKnown && !sum.Equals(own);

    private static void Gemm(Step step)
    {
        if (!step.Rank(0, 2) | !step.Rank(1, 2))
        {
            step.Set(step.Fresh(0, 0, 2));
            return;
        }
        var (a, b) = (step.Shape(0)!, step.Shape(1)!);
        var (rows, inner) = step.Node.Int("transA", 0) != 0 ? (a[1], a[0]) : (a[0], a[1]);
        var (other, columns) = step.Node.Int("transB", 0) != 0 ? (b[1], b[0]) : (b[0], b[1]);
        step.Equal(inner, other, () => $"[{Step.Text(a)}] and [{Step.Text(b)}] cannot be multiplied: {inner} columns meet {other} rows");
        step.Set([rows, columns]);
        if (step.InputCount <= 2 || !step.Node.HasInput(2) || step.Shape(2) is not { } bias) return;
        Dim[] product = [rows, columns];
        var sum = step.Broadcast(product, bias)!;
        if (sum.Length != 2 || Grew(rows, sum[0]) || Grew(columns, sum[1]))
            throw step.Fail($"the bias [{Step.Text(bias)}] cannot be added to a product of shape [{Step.Text(product)}]");
    }

    private static void MatMul(Step step)
    {
        if (step.Shape(0) is not { } a || step.Shape(1) is not { } b)
        {
            step.Set(null);
            return;
        }
        if (a.Length == 0 || b.Length == 0) throw step.Fail("a scalar cannot be multiplied as a matrix");
        Dim[] left = a.Length == 1 ? [1, a[0]] : a;
        Dim[] right = b.Length == 1 ? [b[0], 1] : b;
        step.Equal(left[^1], right[^2], () => $"[{Step.Text(a)}] and [{Step.Text(b)}] cannot be multiplied: {left[^1]} columns meet {right[^2]} rows");
        var shape = step.Broadcast(left[..^2], right[..^2])!.ToList();
        if (a.Length > 1) shape.Add(left[^2]);
        if (b.Length > 1) shape.Add(right[^1]);
        step.Set([.. shape]);
    }

    private static void Einsum(Step step)
    {
        var equation = step.Node.String("equation", "").Replace(" ", "", StringComparison.Ordinal);
        var arrow = equation.IndexOf("->", StringComparison.Ordinal);
        var terms = (arrow < 0 ? equation : equation[..arrow]).Split(',');
        if (terms.Length != step.InputCount) throw step.Fail($"the equation '{equation}' has {terms.Length} operands, but there are {step.InputCount}");
        var sizes = new SortedDictionary<char, Dim>();
        var counts = new Dictionary<char, int>();
        Dim[] ellipsis = [];
        for (var index = 0; index < terms.Length; index++)
        {
            if (step.Shape(index) is not { } shape)
            {
                step.Set(null);
                return;
            }
            var dots = terms[index].IndexOf("...", StringComparison.Ordinal);
            var letters = dots < 0 ? terms[index] : terms[index].Remove(dots, 3);
            var wide = shape.Length - letters.Length;
            if (dots < 0 ? wide != 0 : wide < 0) throw step.Fail($"the operand [{Step.Text(shape)}] does not fit '{terms[index]}' in '{equation}'");
            if (dots >= 0) ellipsis = step.Broadcast(ellipsis, shape[dots..(dots + wide)])!;
            for (var position = 0; position < letters.Length; position++)
            {
                var letter = letters[position];
                if (!char.IsAsciiLetter(letter)) throw step.Fail($"the equation '{equation}' cannot be read");
                var size = shape[dots >= 0 && position >= dots ? position + wide : position];
                counts[letter] = counts.GetValueOrDefault(letter) + 1;
                sizes[letter] = sizes.TryGetValue(letter, out var known)
                    ? step.Broadcast(known, size, () => $"the index {letter} of '{equation}' is both {known} and {size}")
                    : size;
            }
        }
        // without an arrow: the broadcast axes, then every index that occurs once, by alphabet
        var result = arrow < 0 ? "..." + string.Concat(sizes.Keys.Where(letter => counts[letter] == 1)) : equation[(arrow + 2)..];
        var output = new List<Dim>();
        for (var position = 0; position < result.Length; position++)
        {
            if (result[position] == '.')
            {
                output.AddRange(ellipsis);
                position += 2;
            }
            else output.Add(sizes.TryGetValue(result[position], out var size) ? size : throw step.Fail($"the index {result[position]} of '{equation}' is in no operand"));
        }
        step.Set([.. output]);
    }
}
