namespace Reverie.Autodiff.Rules;

/// <summary>Matrix products.</summary>
internal static class MatrixRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["MatMul"] = MatMul;
        rules["Gemm"] = Gemm;
    }

    // Y = A B:  dA = dY B^T, dB = A^T dY; a vector operand is a matrix of one row (left) or one column (right).
    private static void MatMul(RuleContext c)
    {
        if (c.Wants(0)) c.Give(0, MatMulAdjoint(c, 0, c.Dy, c.In(1)));
        if (c.Wants(1)) c.Give(1, MatMulAdjoint(c, 1, c.Dy, c.In(0)));
    }

    /// <summary>The cotangent of one operand of a matrix product, for a cotangent of the product and another value (of the same shape) in place of the other operand.</summary>
    internal static Value MatMulAdjoint(RuleContext c, int index, Value dy, Value other)
    {
        var (rank, otherRank) = (c.Rank(index), c.Rank(1 - index));
        if (c.Rank(0) == 1) dy = dy.Unsqueeze(c.Rank(1) == 1 ? 0 : -2);
        if (c.Rank(1) == 1) dy = dy.Unsqueeze(-1);
        if (otherRank == 1) other = other.Unsqueeze(index == 0 ? 1 : 0);
        var turned = Transposed(other, Math.Max(otherRank, 2));
        return ToOperand(c, index, index == 0 ? dy.MatMul(turned) : turned.MatMul(dy), rank, otherRank);
    }

    /// <summary>The cotangent of A in alpha A' B' + beta C, for a cotangent of the output and other weights in place of B.</summary>
    internal static Value GemmAdjoint(RuleContext c, Value dy, Value b)
    {
        var (alpha, transA, transB) = (c.Node.Float("alpha", 1), c.Node.Int("transA", 0), c.Node.Int("transB", 0));
        return transA == 0
            ? c.Emitter.Op("Gemm", [dy, b], ("alpha", alpha), ("transB", 1 - transB))
            : c.Emitter.Op("Gemm", [b, dy], ("alpha", alpha), ("transA", transB), ("transB", 1));
    }

    private static Value ToOperand(RuleContext c, int index, Value cotangent, int rank, int otherRank)
    {
        // leading dimensions broadcast as in elementwise operators
        var extra = Math.Max(otherRank, 2) - Math.Max(rank, 2);
        if (extra > 0) cotangent = c.Emitter.Op("ReduceSum", [cotangent, c.Emitter.Ints([.. Enumerable.Range(0, extra).Select(axis => (long)axis)])], ("keepdims", 0));
        if (rank == 1) return cotangent.Reshape(c.Shape(index));
        if (rank == 2) return cotangent;
        var (own, other) = (c.Dims(index)!, c.Dims(1 - index));
        var axes = new List<long>();
        for (var axis = 0; axis < rank - 2; axis++)
            if (own[axis].Value == 1 && (other is null || otherRank - rank + axis < 0 || other[otherRank - rank + axis].Value != 1)) axes.Add(axis);
            else if (!own[axis].IsKnown && other is not null && otherRank - rank + axis is var at and >= 0 && at < otherRank - 2 && !other[at].Equals(own[axis]) && other[at].Value != 1)
                throw c.Refusal($"whether '{c.Node.Inputs[index]}' broadcasts along its dimension {axis} cannot be told before the run");
        return axes.Count == 0 ? cotangent : cotangent.Sum([.. axes]);
    }

    private static Value Transposed(Value matrix, int rank)
    {
        var permutation = Enumerable.Range(0, rank).Select(axis => (long)axis).ToArray();
        (permutation[^1], permutation[^2]) = (permutation[^2], permutation[^1]);
        return matrix.Transpose(permutation);
    }

    // Y = alpha A' B' + beta C, with A' = A or A^T, B' = B or B^T
    private static void Gemm(RuleContext c)
    {
        var (alpha, beta) = (c.Node.Float("alpha", 1), c.Node.Float("beta", 1));
        var (transA, transB) = (c.Node.Int("transA", 0), c.Node.Int("transB", 0));
        var (a, dy) = (c.In(0), c.Dy);
        if (c.Wants(0)) c.Give(0, GemmAdjoint(c, dy, c.In(1)));
        if (c.Wants(1))
            c.Give(1, transB == 0
                ? c.Emitter.Op("Gemm", [a, dy], ("alpha", alpha), ("transA", 1 - transA))
                : c.Emitter.Op("Gemm", [dy, a], ("alpha", alpha), ("transA", 1), ("transB", transA)));
        c.GiveBroadcast(2, () => dy * ActivationRules.Exact(beta));
    }
}
