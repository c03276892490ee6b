using Reverie.Onnx;

namespace Reverie.Autodiff.Rules;

/// <summary>Reductions over axes, running sums, and the softmax family, which is a reduction too.</summary>
internal static class ReductionRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["ReduceSum"] = c => Spread(c, dy => dy);
        rules["ReduceMean"] = c => Spread(c, dy => dy / Count(c));
        rules["ReduceSumSquare"] = c => Onto(c, (dy, _) => dy * (2 * c.X));
        rules["ReduceL1"] = c => Onto(c, (dy, _) => dy * c.X.Sign());
        rules["ReduceL2"] = c => Onto(c, (dy, y) => y.EqualTo(c.Emitter.Scalar(0)).Choose(0, dy * c.X / y));
        rules["ReduceLogSum"] = c => Spread(c, dy => dy * (-Kept(c, c.Y)).Exp());
        rules["ReduceLogSumExp"] = c => Onto(c, (dy, y) => dy * (c.X - y).Exp());
        rules["ReduceProd"] = Product;
        rules["CumSum"] = c => c.Give(0, c.Emitter.Op("CumSum", [c.Dy, c.In(1)], ("exclusive", c.Node.Int("exclusive", 0)), ("reverse", 1 - c.Node.Int("reverse", 0))));
        rules["ReduceMax"] = Extremum;
        rules["ReduceMin"] = Extremum;
        rules["Softmax"] = c => c.Give(0, c.Y * (c.Dy - (c.Dy * c.Y).Sum(c.Node.Int("axis", -1))));
        rules["LogSoftmax"] = c => c.Give(0, c.Dy - c.Y.Exp() * c.Dy.Sum(c.Node.Int("axis", -1)));
    }

    // The cotangent is the same for all elements that were reduced into one.
    private static void Spread(RuleContext c, Func<Value, Value> scale)
    {
        c.OnlyInput(0);
        c.Give(0, IsNothing(c) ? c.Dy : scale(Kept(c, c.Dy)).Expand(c.Shape()));
    }

    private static void Onto(RuleContext c, Func<Value, Value, Value> formula)
    {
        c.OnlyInput(0);
        c.Give(0, formula(Kept(c, c.Dy), Kept(c, c.Y)));
    }

    // Elements that share the extremum share the cotangent equally.
    private static void Extremum(RuleContext c)
    {
        c.OnlyInput(0);
        var attained = c.X.EqualTo(Kept(c, c.Y)).Cast(ElementType.Float);
        c.Give(0, Kept(c, c.Dy) * attained / Reduced(c, "ReduceSum", attained));
    }

    // The product of the others: y / x where nothing is 0; with one 0, only its own cotangent is left; with two, none.
    private static void Product(RuleContext c)
    {
        c.OnlyInput(0);
        var isZero = c.X.EqualTo(c.Emitter.Scalar(0));
        var zeros = Reduced(c, "ReduceSum", isZero.Cast(ElementType.Float));
        var filled = isZero.Choose(1, c.X);
        var others = Reduced(c, "ReduceProd", filled) / filled;
        var survives = c.Emitter.Op("Or", zeros.EqualTo(c.Emitter.Scalar(0)), isZero & zeros.EqualTo(c.Emitter.Scalar(1)));
        c.Give(0, survives.Choose(Kept(c, c.Dy) * others, 0));
    }

    // Another reduction over the same axes, kept as dimensions of size 1.
    private static Value Reduced(RuleContext c, string op, Value value) => IsNothing(c) ? value : c.Node.HasInput(1)
        ? c.Emitter.Op(op, [value, c.In(1)], ("keepdims", 1), ("noop_with_empty_axes", c.Node.Int("noop_with_empty_axes", 0)))
        : c.Emitter.Op(op, [value], ("keepdims", 1));

    // A value of the output's shape, with the reduced axes back as dimensions of size 1.
    private static Value Kept(RuleContext c, Value value)
    {
        if (c.Node.Int("keepdims", 1) == 1 || IsNothing(c)) return value;
        if (ConstantAxes(c) is { } axes) return axes.Length == 0 ? value : value.Unsqueeze(axes);
        if (!c.Node.HasInput(1)) return value; // all axes: a scalar, which broadcasts
        throw c.Refusal("its axes are computed at run time");
    }

    private static Value Count(RuleContext c)
    {
        if (c.Node.HasInput(1) && ConstantAxes(c) is { Length: > 0 } axes)
        {
            if (c.Dims() is { } dims && axes.Select(axis => dims[(int)(axis < 0 ? axis + dims.Count : axis)]).ToList() is var reduced && reduced.All(dim => dim.IsKnown))
                return c.Emitter.Scalar(reduced.Aggregate(1.0, (product, dim) => product * dim.Value!.Value));
            return Product(c.Emitter.Op("Gather", [c.Shape(), c.Emitter.Ints(axes)], ("axis", 0)));
        }
        return Product(c.Shape());

        Value Product(Value sizes) => c.Emitter.Op("ReduceProd", [sizes], ("keepdims", 0)).Cast(ElementType.Float);
    }

    private static long[]? ConstantAxes(RuleContext c) => c.ConstantOf(1)?.ToInts();

    // noop_with_empty_axes: no axes at all, and the operator does nothing
    private static bool IsNothing(RuleContext c) =>
        c.Node.Int("noop_with_empty_axes", 0) == 1 && (!c.Node.HasInput(1) || ConstantAxes(c) is { Length: 0 });
}
