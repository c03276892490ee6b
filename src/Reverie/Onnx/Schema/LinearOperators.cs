namespace Reverie.Onnx.Schema;

/// <summary>Matrix products.</summary>
internal static class LinearOperators
{
    public static IEnumerable<OperatorSchema> All =>
    [
        new OperatorSchema("Gemm").In(3, 3).In(2, 3, since: 11).Types("n").Float("alpha").Float("beta").Flag("transA").Flag("transB").Must(CheckGemm),
        new OperatorSchema("MatMul").In(2, 2).Types("n").Must(CheckMatMul),
        new OperatorSchema("Einsum", 12).In(1, int.MaxValue).Types("n")
            .With(new("equation", AttributeKind.String) { Required = true, Wrong = value => Equation(value.String) }).Must(CheckEinsum),
    ];

    private static void CheckGemm(NodeCheck check)
    {
        for (var input = 0; input < 2; input++)
            if (check.Rank(input) is { } rank and not 2) check.Fail($"it multiplies matrices, but its input {input} has {rank} dimensions");
        if (check.Rank(2) is > 2) check.Fail($"its third input has {check.Rank(2)} dimensions, more than a matrix");
        if (check.Shape(0) is not { } a || check.Shape(1) is not { } b) return;
        var inner = a[check.Node.Int("transA", 0) == 0 ? 1 : 0].Value;
        var other = b[check.Node.Int("transB", 0) == 0 ? 0 : 1].Value;
        if (inner is not null && other is not null && inner != other) check.Fail($"its matrices do not fit: {inner} columns meet {other} rows");
    }

    private static void CheckMatMul(NodeCheck check)
    {
        if (check.Rank(0) is 0 || check.Rank(1) is 0) check.Fail("it multiplies matrices, but meets a scalar");
        if (check.Shape(0) is not { } a || check.Shape(1) is not { } b) return;
        var (inner, other) = (a[^1].Value, b[b.Count == 1 ? 0 : ^2].Value);
        if (inner is not null && other is not null && inner != other) check.Fail($"its matrices do not fit: {inner} columns meet {other} rows");
    }

    private static string? Equation(string equation) =>
        equation.Length is > 0 and <= 256 && equation.All(letter => char.IsAsciiLetter(letter) || letter is ',' or '-' or '>' or '.' or ' ')
            ? null : $"is not an equation such as 'bij,bjk->bik' ({Names.Printable(equation)})";

    private static void CheckEinsum(NodeCheck check)
    {
        var terms = check.Node.String("equation", "").Split("->")[0].Split(',');
        if (terms.Length != check.Node.Inputs.Count) check.Fail($"its equation has {terms.Length} terms for {check.Node.Inputs.Count} inputs");
    }
}
