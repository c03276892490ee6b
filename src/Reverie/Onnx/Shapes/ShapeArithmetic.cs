namespace Reverie.Onnx.Shapes;

/// <summary>
/// Operators by which graphs compute shapes: their results are followed element by element where the operands are integers or expressions over sizes.
/// </summary>
internal static class ShapeArithmetic
{
    public static void AddTo(Dictionary<string, Action<Step>> rules)
    {
        rules["Shape"] = Shape;
        rules["Size"] = step => step.Set(0, new Fact(ElementType.Int64, [], Size(step.Shape(0))));
        rules["Constant"] = Constant;
        rules["ConstantOfShape"] = ConstantOfShape;
        rules["Range"] = Range;
        rules["Cast"] = Cast;
        rules["CastLike"] = step => SetCast(step, step.Input(1).Element);
        rules["Where"] = Where;
        Binary(rules, "Add", (left, right) => left + right);
        Binary(rules, "Sub", (left, right) => left - right);
        Binary(rules, "Mul", (left, right) => left * right);
        rules["Div"] = Div;
        Binary(rules, "Mod", (left, right) => right.Value is > 0 and var known && left.Least() >= 0 ? left - left.FloorDiv(known) * known : null);
        rules["Max"] = step => Extreme(step, Dim.Max);
        rules["Min"] = step => Extreme(step, Dim.Min);
        Comparison(rules, "Equal", (low, high) => low > 0 || high < 0 ? false : low == 0 && high == 0 ? true : null);
        Comparison(rules, "Greater", (low, high) => low > 0 ? true : high <= 0 ? false : null);
        Comparison(rules, "GreaterOrEqual", (low, high) => low >= 0 ? true : high < 0 ? false : null);
        Comparison(rules, "Less", (low, high) => high < 0 ? true : low >= 0 ? false : null);
        Comparison(rules, "LessOrEqual", (low, high) => high <= 0 ? true : low > 0 ? false : null);
    }

    /// <summary>The number of elements of a shape, as the one value of a scalar.</summary>
    public static Dim[]? Size(Dim[]? shape)
    {
        if (shape is null) return null;
        Dim count = 1;
        foreach (var dim in shape) count *= dim;
        return [count];
    }

    /// <summary>Shape vector as an operator's operand: its elements, or as many unknown dimensions as its known length says; null where not even that is known.</summary>
    public static Dim[]? Target(Step step, int input)
    {
        if (step.Input(input).Values is { } values) return values;
        if (step.Shape(input) is not [{ Value: { } length }]) return null;
        if (length > Fact.MaxValues) throw step.Fail($"a shape of {length} dimensions is not supported");
        return step.Fresh(0, 0, (int)length);
    }

    private static void Shape(Step step)
    {
        if (step.Shape(0) is not { } shape)
        {
            step.Set(0, new Fact(ElementType.Int64, [step.Fresh(0, 0)]));
            return;
        }
        var start = Clamp(step.Node.Int("start", 0));
        var end = Math.Max(start, Clamp(step.Node.Int("end", shape.Length)));
        step.Set(0, new Fact(ElementType.Int64, [end - start], shape[start..end]));

        int Clamp(long axis) => (int)Math.Clamp(axis < 0 ? axis + shape.Length : axis, 0, shape.Length);
    }

    private static void Constant(Step step)
    {
        foreach (var (name, value) in step.Node.Attributes)
            step.Set(0, name switch
            {
                "value" => new Fact(value.Tensor),
                "value_int" => new Fact(Tensor.Of([value.Int])),
                "value_ints" => new Fact(Tensor.Ints(value.Ints)),
                "value_float" => new Fact(Tensor.Of([value.Float])),
                "value_floats" => new Fact(Tensor.Of<float>(value.Floats, value.Floats.Length)),
                _ => Fact.Unknown,
            });
    }

    private static void ConstantOfShape(Step step)
    {
        var value = step.Node.Attributes.TryGetValue("value", out var attribute) ? attribute.Tensor : Tensor.Of([0f], 1);
        var shape = Target(step, 0);
        var known = shape switch
        {
            [] => 1,
            [{ Value: { } count }] => count,
            _ => (long?)null,
        };
        var values = known is >= 0 and <= Fact.MaxValues && new Fact(value).Values is [var element] ? Enumerable.Repeat(element, (int)known).ToArray() : null;
        step.Set(0, new Fact(value.Type, shape, values));
    }

    private static void Range(Step step)
    {
        var element = step.Input(0).Element;
        if (step.Input(0).Values is not [var start] || step.Input(1).Values is not [var limit] || step.Input(2).Values is not [{ Value: { } delta }])
        {
            step.Set(0, new Fact(element, [RangeOfFloats(step) ?? step.Fresh(0, 0)]));
            return;
        }
        if (delta == 0) throw step.Fail("a range cannot advance by 0");
        var count = Dim.Max(0, delta > 0 ? (limit - start).CeilDiv(delta) : (start - limit).CeilDiv(checked(-delta)));
        var values = count.Value <= Fact.MaxValues ? Enumerable.Range(0, (int)count.Value).Select(index => start + index * delta).ToArray() : null;
        step.Set(0, new Fact(element, [count], values));
    }

    private static Dim? RangeOfFloats(Step step)
    {
        var bounds = new double[3];
        for (var index = 0; index < 3; index++)
        {
            if (step.Input(index).Constant is not { Count: 1 } constant || !constant.Type.IsFloating()) return null;
            bounds[index] = constant.ToDoubles()[0];
        }
        var count = Math.Max(0, Math.Ceiling((bounds[1] - bounds[0]) / bounds[2]));
        if (!(count <= ShapeInference.MaxElements)) throw step.Fail($"a range from {bounds[0]} to {bounds[1]} by {bounds[2]} is not possible");
        return (long)count;
    }

    private static void Cast(Step step) => SetCast(step, (ElementType)step.Node.Int("to", 0));

    private static void SetCast(Step step, ElementType to)
    {
        var values = step.Input(0).Values;
        if (to == ElementType.Bool && values is not null)
            values = Array.ConvertAll(values, value => value.IsKnown ? Dim.Of(value.Value != 0 ? 1 : 0) : value.Least() > 0 ? 1 : null!);
        if (to is not (ElementType.Bool or ElementType.Int64 or ElementType.Int32 or ElementType.Float or ElementType.Double)) values = null;
        if (values is not null && Array.Exists(values, value => value is null)) values = null;
        step.Set(0, new Fact(to, step.Shape(0), values));
    }

    private static void Where(Step step)
    {
        var shape = step.Broadcast(step.Shape(0), step.Shape(1), step.Shape(2));
        var element = step.Input(1).Element != ElementType.Undefined ? step.Input(1).Element : step.Input(2).Element;
        var values = Pointwise(step, shape, operands => operands[0].Value switch
        {
            0 => operands[2],
            not null => operands[1],
            null => operands[1].Equals(operands[2]) ? operands[1] : null,
        });
        step.Set(0, new Fact(element, shape, values));
    }

    private static void Binary(Dictionary<string, Action<Step>> rules, string op, Func<Dim, Dim, Dim?> compute) => rules[op] = step =>
    {
        var shape = step.Broadcast(step.Shape(0), step.Shape(1));
        step.Set(0, new Fact(step.Input(0).Element, shape, Pointwise(step, shape, operands => compute(operands[0], operands[1]))));
    };

    private static void Div(Step step)
    {
        var shape = step.Broadcast(step.Shape(0), step.Shape(1));
        var integers = !step.Input(0).Element.IsFloating();
        step.Set(0, new Fact(step.Input(0).Element, shape, Pointwise(step, shape, operands =>
        {
            var (dividend, divisor) = (operands[0], operands[1]);
            if (divisor.Value == 0)
            {
                if (!integers) return null;
                throw step.Fail("an integer is divided by 0");
            }
            // integers are divided towards zero, floats leave fractions; both are followed where that is rounding down, or exact
            if (dividend.DivideExactly(divisor) is { } exact) return exact;
            if (!integers) return null;
            if (dividend.Value is { } top && divisor.Value is { } bottom) return top / bottom;
            return dividend.Least() >= 0 && divisor.Least() > 0 ? dividend.FloorDiv(divisor) : null;
        })));
    }

    private static void Extreme(Step step, Func<Dim, Dim, Dim> choose)
    {
        var shape = ElementwiseShapes.BroadcastAll(step);
        step.Set(0, new Fact(step.Input(0).Element, shape, Pointwise(step, shape, operands => operands.Aggregate(choose))));
    }

    // The decision is made from the bounds of left - right, either of which may be unknown.
    private static void Comparison(Dictionary<string, Action<Step>> rules, string op, Func<long?, long?, bool?> decide) => rules[op] = step =>
    {
        var shape = step.Broadcast(step.Shape(0), step.Shape(1));
        step.Set(0, new Fact(ElementType.Bool, shape, Pointwise(step, shape, operands =>
        {
            var difference = operands[0] - operands[1];
            return decide(difference.Least(), difference.Most()) is { } decision ? Dim.Of(decision ? 1 : 0) : null;
        })));
    };

    /// <summary>Applies a function to each element of scalars or vectors broadcast together; null where one operand's or one result's value is not known.</summary>
    private static Dim[]? Pointwise(Step step, Dim[]? shape, Func<Dim[], Dim?> compute)
    {
        if (shape is not ([] or [{ Value: <= Fact.MaxValues }])) return null;
        var operands = new Dim[step.InputCount][];
        for (var index = 0; index < operands.Length; index++)
        {
            if (step.Input(index).Values is not { } values) return null;
            operands[index] = values;
        }
        var results = new Dim[shape.Length == 0 ? 1 : (int)shape[0].Value!.Value];
        for (var element = 0; element < results.Length; element++)
        {
            if (compute(Array.ConvertAll(operands, values => values.Length == 1 ? values[0] : values[element])) is not { } result) return null;
            results[element] = result;
        }
        return results;
    }
}
