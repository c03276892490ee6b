namespace Reverie.Onnx.Evaluation;

/// <summary>Element-wise operators on constants: integers in 64 bits; floats in double, rounded once to float32, which is what float32 hardware gives.</summary>
internal static class Arithmetic
{
    /// <summary>The result of an element-wise operator, or null where it is not one that is computed here.</summary>
    public static Tensor? Evaluate(Node node, Tensor?[] inputs, ElementType element, long[] shape)
    {
        if (inputs.Length == 0 || Array.Exists(inputs, input => input is null)) return null;
        if (node.Op is not ("Where" or "Sum") && Float(node) is null && Integer(node) is null && Comparison(node) is null) return null;
        var operands = new Tensor[inputs.Length];
        for (var index = 0; index < inputs.Length; index++)
        {
            var input = inputs[index]!;
            operands[index] = input.Shape.SequenceEqual(shape) ? input : StridedView.Broadcast(input, shape).Copy(shape);
        }
        if (node.Op == "Where") return Where(operands, shape);
        if (node.Op == "Sum" && operands.Length == 1) return operands[0];
        if (operands.Length > 2) return null;
        // the double that a scalar stands for would round otherwise than the float that it holds
        var floating = operands[0].Type is ElementType.Float or ElementType.Double;
        if (floating)
        {
            var values = Array.ConvertAll(operands, Doubles);
            if (Float(node) is { } compute)
                return Conversion.FromDoubles(Map(values, compute), element, shape);
            return Comparison(node) is { } decide && operands.Length == 2
                ? Conversion.FromInts([.. values[0].Zip(values[1], (left, right) => decide(left.CompareTo(right)) && !double.IsNaN(left) && !double.IsNaN(right) ? 1L : 0)], element, shape)
                : null;
        }
        if (!Array.TrueForAll(operands, operand => operand.Type is ElementType.Int64 or ElementType.Int32 or ElementType.Bool)) return null;
        var integers = Array.ConvertAll(operands, operand => operand.ToInts());
        if (Comparison(node) is { } compare && operands.Length == 2)
            return Conversion.FromInts([.. integers[0].Zip(integers[1], (left, right) => compare(left.CompareTo(right)) ? 1L : 0)], element, shape);
        if (Integer(node) is not { } combine) return null;
        try
        {
            return Conversion.FromInts(Map(integers, combine), element, shape);
        }
        catch (Exception exception) when (exception is OverflowException or DivideByZeroException)
        {
            // what such a computation gives is the runtime's affair
            return null;
        }
    }

    /// <summary>Whether an operator computes with floats, so that its result may have to be rounded.</summary>
    public static bool Rounds(Node node) => Float(node) is not null;

    private static double[] Doubles(Tensor tensor) =>
        tensor.Type == ElementType.Float ? Array.ConvertAll(tensor.Span<float>().ToArray(), value => (double)value) : tensor.ToDoubles();

    private static Tensor? Where(Tensor[] operands, long[] shape)
    {
        var size = operands[1].Type.Size();
        if (operands[0].Type != ElementType.Bool || operands[1].Type != operands[2].Type || size == 0) return null;
        var choice = operands[0].Span<bool>();
        var result = operands[2].Data.ToArray();
        for (var index = 0; index < choice.Length; index++)
            if (choice[index]) operands[1].Data.Span.Slice(index * size, size).CopyTo(result.AsSpan(index * size));
        return new(operands[1].Type, shape, result);
    }

    // Exp, Log and their like differ between mathematical libraries in the last bit, and are therefore left to the runtime.
    private static Func<double, double, double>? Float(Node node) => node.Op switch
    {
        "Add" => (left, right) => left + right,
        "Sub" => (left, right) => left - right,
        "Mul" => (left, right) => left * right,
        "Div" => (left, right) => left / right,
        "Max" => Math.Max,
        "Min" => Math.Min,
        "Neg" => (value, _) => -value,
        "Abs" => (value, _) => Math.Abs(value),
        "Sqrt" => (value, _) => Math.Sqrt(value),
        "Reciprocal" => (value, _) => 1 / value,
        "Floor" => (value, _) => Math.Floor(value),
        "Ceil" => (value, _) => Math.Ceiling(value),
        "Round" => (value, _) => Math.Round(value, MidpointRounding.ToEven),
        _ => null,
    };

    private static Func<long, long, long>? Integer(Node node) => node.Op switch
    {
        "Add" => (left, right) => checked(left + right),
        "Sub" => (left, right) => checked(left - right),
        "Mul" => (left, right) => checked(left * right),
        "Div" => (left, right) => left / right,
        "Mod" when node.Int("fmod", 0) == 0 => (left, right) => left % right is var rest && rest != 0 && rest < 0 != right < 0 ? rest + right : rest,
        "Mod" => (left, right) => left % right,
        "Max" => Math.Max,
        "Min" => Math.Min,
        "Neg" => (value, _) => checked(-value),
        "Abs" => (value, _) => Math.Abs(value),
        "And" => (left, right) => left & right,
        "Or" => (left, right) => left | right,
        "Xor" => (left, right) => left ^ right,
        "Not" => (value, _) => 1 - value,
        _ => null,
    };

    private static Func<int, bool>? Comparison(Node node) => node.Op switch
    {
        "Equal" => order => order == 0,
        "Less" => order => order < 0,
        "LessOrEqual" => order => order <= 0,
        "Greater" => order => order > 0,
        "GreaterOrEqual" => order => order >= 0,
        _ => null,
    };

    private static T[] Map<T>(T[][] operands, Func<T, T, T> compute) where T : struct
    {
        var result = new T[operands[0].Length];
        for (var index = 0; index < result.Length; index++)
            result[index] = compute(operands[0][index], operands.Length > 1 ? operands[1][index] : default);
        return result;
    }
}
