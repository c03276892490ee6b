using Reverie.Onnx;

namespace Reverie.Autodiff.Rules;

/// <summary>Elementwise functions of several variables, which broadcast: each cotangent is summed to its operand's shape.</summary>
internal static class ArithmeticRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["Add"] = c => EachOperand(c, _ => c.Dy);
        rules["Sum"] = c => EachOperand(c, _ => c.Dy);
        rules["Mean"] = c => EachOperand(c, _ => c.Dy / c.Node.Inputs.Count);
        rules["Sub"] = c =>
        {
            c.GiveBroadcast(0, () => c.Dy);
            c.GiveBroadcast(1, () => -c.Dy);
        };
        rules["Mul"] = c =>
        {
            c.GiveBroadcast(0, () => c.Dy * c.In(1));
            c.GiveBroadcast(1, () => c.Dy * c.In(0));
        };
        rules["Div"] = c =>
        {
            c.GiveBroadcast(0, () => c.Dy / c.In(1));
            c.GiveBroadcast(1, () => -(c.Dy * c.Y / c.In(1)));
        };
        // x = q m + y with a whole number q of times that m fits into x, which small changes leave as it is
        rules["Mod"] = c =>
        {
            c.GiveBroadcast(0, () => c.Dy);
            c.GiveBroadcast(1, () => c.Dy * ((c.Y - c.In(0)) / c.In(1)));
        };
        rules["Pow"] = Pow;
        rules["Max"] = Extremum;
        rules["Min"] = Extremum;
        rules["Where"] = c =>
        {
            c.GiveBroadcast(1, () => c.In(0).Choose(c.Dy, 0));
            c.GiveBroadcast(2, () => c.In(0).Choose(0, c.Dy));
        };
    }

    private static void EachOperand(RuleContext c, Func<int, Value> cotangent)
    {
        for (var index = 0; index < c.Node.Inputs.Count; index++)
        {
            var operand = index;
            c.GiveBroadcast(index, () => cotangent(operand));
        }
    }

    // d(x^p) = p x^(p-1) dx + x^p log(x) dp; a constant exponent never evaluates the logarithm.
    private static void Pow(RuleContext c)
    {
        var (x, p) = (c.In(0), c.In(1));
        c.GiveBroadcast(0, () => c.ConstantOf(1) is { Count: 1, Type: ElementType.Float or ElementType.Double } constant
            ? ByConstant(constant.Exact ?? (constant.Type == ElementType.Float ? ExactNumbers.Recover(constant.Span<float>()[0]) : constant.ToDoubles()[0]))
            : p.EqualTo(Zero()).Choose(0, c.Dy * FloatExponent() * c.Emitter.Op("Pow", x, p - One())));
        // where the base is 0 the power is 0 whatever the (positive) exponent
        c.GiveBroadcast(1, () => (x.EqualTo(c.Emitter.Scalar(0))).Choose(0, c.Dy * c.Y * x.Apply("Log")));

        Value ByConstant(double exponent) => exponent switch
        {
            0 => c.Dy * 0,
            1 => c.Dy,
            2 => c.Dy * (2 * x),
            0.5 => c.Dy * 0.5 / c.Y,
            _ => c.Dy * (exponent * c.Emitter.Op("Pow", x, c.Emitter.Scalar(exponent - 1))),
        };

        bool IsInteger() => c.Emitter.Graph.TypeOf(p.Name)?.Element is ElementType.Int64 or ElementType.Int32;
        Value Zero() => IsInteger() ? c.Emitter.Int(0).Cast(c.Emitter.Graph.TypeOf(p.Name)!.Element) : c.Emitter.Scalar(0);
        Value One() => IsInteger() ? c.Emitter.Int(1).Cast(c.Emitter.Graph.TypeOf(p.Name)!.Element) : c.Emitter.Scalar(1);
        Value FloatExponent() => IsInteger() ? p.Cast(ElementType.Float) : p;
    }

    // Operands that share the extremum share the cotangent equally.
    private static void Extremum(RuleContext c)
    {
        if (c.Node.Inputs.Count == 1)
        {
            c.Give(0, c.Dy);
            return;
        }
        var attained = c.Node.Inputs.Select(input => c.Emitter[input].EqualTo(c.Y).Cast(ElementType.Float)).ToList();
        var share = c.Dy / attained.Aggregate((sum, next) => sum + next);
        EachOperand(c, index => share * attained[index]);
    }
}
