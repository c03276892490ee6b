namespace Reverie.Autodiff.Float64;

/// <summary>Circular and hyperbolic functions that ONNX Runtime has in float32 alone, by exponentials, logarithms and a series for the arctangent.</summary>
internal static class TrigonometricLowerings
{
    // x is halved in angle so many times; then |x| < 0.05, and the series' eighth term is below 1e-17 of the first.
    private const int Halvings = 5, Terms = 7;

    public static void AddTo(Dictionary<string, Lowering> lowerings)
    {
        lowerings["Tan"] = (node, e) => e[node.Inputs[0]] is var x ? x.Apply("Sin") / x.Apply("Cos") : default;
        lowerings["Atan"] = (node, e) => Arctangent(e[node.Inputs[0]]);
        lowerings["Asin"] = (node, e) => e[node.Inputs[0]] is var x ? Arctangent(x / (1 - x * x).Sqrt()) : default;
        lowerings["Acos"] = (node, e) => e[node.Inputs[0]] is var x ? Math.PI / 2 - Arctangent(x / (1 - x * x).Sqrt()) : default;
        lowerings["Sinh"] = (node, e) => e[node.Inputs[0]] is var x ? (x.Exp() - (-x).Exp()) * 0.5 : default;
        lowerings["Cosh"] = (node, e) => e[node.Inputs[0]] is var x ? (x.Exp() + (-x).Exp()) * 0.5 : default;
        // odd, and by |x| so that large negative arguments do not cancel
        lowerings["Asinh"] = (node, e) => e[node.Inputs[0]] is var x && x.Apply("Abs") is var size ? x.Sign() * (size + (x * x + 1).Sqrt()).Apply("Log") : default;
        lowerings["Acosh"] = (node, e) => e[node.Inputs[0]] is var x ? (x + (x * x - 1).Sqrt()).Apply("Log") : default;
        lowerings["Atanh"] = (node, e) => e[node.Inputs[0]] is var x ? ((1 + x) / (1 - x)).Apply("Log") * 0.5 : default;
    }

    // atan x = 2 atan(x / (1 + sqrt(1 + x^2))), and near 0 the series x - x^3/3 + x^5/5 - ...
    private static Value Arctangent(Value x)
    {
        // beyond 1 from the other side, so that squares do not overflow: atan x = sign(x) pi/2 - atan(1/x)
        var far = x.Apply("Abs") > 1;
        var near = far.Choose(1 / far.Choose(x, 1), x);
        for (var halving = 0; halving < Halvings; halving++) near /= 1 + (near * near + 1).Sqrt();
        var square = near * near;
        var series = square * 0 + 1.0 / (2 * Terms + 1) * (Terms % 2 == 0 ? 1 : -1);
        for (var term = Terms - 1; term >= 0; term--) series = series * square + 1.0 / (2 * term + 1) * (term % 2 == 0 ? 1 : -1);
        var angle = near * series * (1 << Halvings);
        return far.Choose(x.Sign() * (Math.PI / 2) - angle, angle);
    }
}
