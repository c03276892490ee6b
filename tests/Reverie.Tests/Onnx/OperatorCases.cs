using Reverie.Onnx;

namespace Reverie.Tests.Onnx;

/// <summary>For every operator with a shape rule: how to make a random case of it.</summary>
public static class OperatorCases
{
    public static IReadOnlyDictionary<string, Func<Random, OperatorCase>> All { get; } = Build();

    private static Dictionary<string, Func<Random, OperatorCase>> Build()
    {
        var cases = new Dictionary<string, Func<Random, OperatorCase>>(StringComparer.Ordinal);
        foreach (var op in (string[])["Relu", "LeakyRelu", "Elu", "Selu", "Celu", "ThresholdedRelu", "Shrink", "Sigmoid", "HardSigmoid", "HardSwish", "Mish", "Tanh", "Softplus",
            "Softsign", "Erf", "Exp", "Log", "Sqrt", "Abs", "Neg", "Sign", "Reciprocal", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh",
            "Floor", "Ceil", "Round", "Identity", "Clip", "IsNaN", "IsInf", "Dropout", "Softmax", "LogSoftmax", "Hardmax", "RandomUniformLike", "RandomNormalLike", "Bernoulli"])
            Add(op, c => c.Input(c.Shape(c.Random.Next(1, 5))));
        Add("Gelu", c => { c.Opset = 20; return c.Input(c.Shape(3)); });
        Add("Not", c => c.Input(Bools(c, c.Shape(3))));
        Add("PRelu", c => Channels(c, c.Shape(4), x => c.Constant(OnnxRuntimeReference.Random(c.Random, x[1], 1, 1))));
        Add("LRN", c => c.Input(c.Shape(4)).With("size", 3L));
        Add("LpNormalization", c => c.Input(c.Shape(3)).With("axis", c.Random.Next(3)));
        Add("MeanVarianceNormalization", c => c.Input(c.Shape(4)));
        Add("CumSum", c => c.Input(c.Shape(3)).Constant(Tensor.Of([(long)c.Random.Next(3)])));
        Add("Trilu", c => c.Input(c.Shape(c.Random.Next(2, 4))).With("upper", c.Random.Next(2)));
        Add("BitwiseNot", c => c.Input(Tensor.Ints(c.Numbers(5, 0, 9))));
        Add("ReverseSequence", c => { var x = c.Shape(3); return c.Input(x).Constant(Tensor.Ints([.. Enumerable.Repeat(1L, (int)x[1])])); });
        foreach (var op in (string[])["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal"])
            Add(op, c => Broadcast(c, shape => c.Input(shape)));
        foreach (var op in (string[])["And", "Or", "Xor"]) Add(op, c => Broadcast(c, shape => c.Input(Bools(c, shape))));
        foreach (var op in (string[])["BitwiseAnd", "BitwiseOr", "BitwiseXor"]) Add(op, c => Broadcast(c, shape => c.Input(Longs(c, 1, 9, shape))));
        Add("BitShift", c => Broadcast(c, shape => c.Input(Tensor.Of<byte>(new byte[Tensor.CountOf(shape)], shape))).With("direction", "LEFT"));
        Add("Mod", c => Broadcast(c, shape => c.Input(Longs(c, 1, 9, shape))));
        Add("Where", c => Broadcast(c, shape => c.Input(shape), shape => c.Input(Bools(c, shape))));
        Add("Cast", c => c.Input(c.Shape(3)).With("to", c.Any(6L, 7L, 9L, 11L)));
        Add("CastLike", c => c.Input(c.Shape(3)).Constant(Tensor.Ints(1)));
        Add("DequantizeLinear", c => c.Input(Tensor.Of<byte>(new byte[6], 2, 3)).Constant(Tensor.Of([0.5f])));
        Add("QuantizeLinear", c => c.Input(c.Shape(3)).Constant(Tensor.Of([0.5f])));
        WindowCases.AddTo(cases);
        LayoutCases.AddTo(cases);
        Add("Shape", c => c.Input(c.Shape(4)).With("start", c.Random.Next(-6, 7)).With("end", c.Coin() ? null : (Reverie.Onnx.Attribute)(long)c.Random.Next(-6, 7)));
        Add("Size", c => c.Input(c.Shape(c.Random.Next(5))));
        Add("ConstantOfShape", c => c.Ints(c.Shape(3)).With("value", Tensor.Ints(4)));
        Add("Constant", c => c.With("value", OnnxRuntimeReference.Random(c.Random, c.Shape(2))));
        Add("Range", c => c.Coin()
            ? c.Constant(Tensor.Of([(long)c.Random.Next(-9, 9)])).Constant(Tensor.Of([(long)c.Random.Next(-9, 9)])).Constant(Tensor.Of([(long)c.Any(-3, -2, -1, 1, 2, 3)]))
            : c.Constant(Tensor.Of([0.5f])).Constant(Tensor.Of([(float)c.Random.NextDouble() * 9])).Constant(Tensor.Of([0.3f])));
        foreach (var op in (string[])["Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]) Add($"Reduce{op}", Reduction);
        foreach (var op in (string[])["ArgMax", "ArgMin"]) Add(op, c => c.Input(c.Shape(3)).With("axis", c.Random.Next(-3, 3)).With("keepdims", c.Random.Next(2)));
        Add("TopK", c =>
        {
            c.OutputCount = 2;
            var x = c.Shape(3);
            var axis = c.Random.Next(3);
            return c.Input(x).Ints(c.Random.Next(1, (int)x[axis] + 1)).With("axis", axis);
        });
        Add("BatchNormalization", c => Channels(c, c.Shape(4), x => Vectors(c, x[1], 3).Constant(Tensor.Of<float>([.. Enumerable.Repeat(1f, (int)x[1])], x[1]))));
        Add("InstanceNormalization", c => Channels(c, c.Shape(4), x => Vectors(c, x[1], 2)));
        Add("GroupNormalization", c => Channels(c, [2, 6, 3, 4], _ => Vectors(c, 3, 2).With("num_groups", 3L)));
        Add("LayerNormalization", c =>
        {
            c.OutputCount = 3;
            var x = c.Shape(4);
            var axis = c.Random.Next(-4, 4);
            return c.Input(x).Constant(OnnxRuntimeReference.Random(c.Random, x[axis < 0 ? (axis + 4).. : axis..])).With("axis", axis);
        });
        Add("Gemm", c =>
        {
            var (m, k, n) = (c.Random.Next(1, 5), c.Random.Next(1, 5), c.Random.Next(1, 5));
            var (transA, transB) = (c.Coin(), c.Coin());
            c.Input(transA ? [k, m] : [m, k]).Input(transB ? [n, k] : [k, n]).With("transA", transA ? 1L : 0L).With("transB", transB ? 1L : 0L);
            return c.Random.Next(4) switch { 0 => c, 1 => c.Input(n), 2 => c.Input(m, 1), _ => c.Input(m, n) };
        });
        Add("MatMul", c =>
        {
            var (batch, k) = (c.Shape(2, 1, 3), c.Random.Next(1, 5));
            return c.Random.Next(5) switch
            {
                0 => c.Input(k).Input(k, 3),
                1 => c.Input(4, k).Input(k),
                2 => c.Input(k).Input(k),
                3 => c.Input([.. batch, 4, k]).Input([1, batch[1], k, 2]),
                _ => c.Input([batch[1], 4, k]).Input([.. batch, k, 2]),
            };
        });
        Add("Einsum", c => c.Random.Next(5) switch
        {
            0 => c.Input(2, 3, 4).Input(2, 4, 5).With("equation", "bij,bjk->bik"),
            1 => c.Input(3, 4).Input(4, 5).With("equation", "ij, jk"),
            2 => c.Input(2, 6, 3, 4).Input(6, 4, 5).With("equation", "...ij,...jk->...ik"),
            3 => c.Input(3, 4).With("equation", "ij->ji"),
            _ => c.Input(4, 4).With("equation", "ii->i"),
        });
        return cases;

        void Add(string op, Func<OperatorCase, OperatorCase> build) => cases[op] = random => build(new OperatorCase(op, random));
    }

    public static Tensor Longs(OperatorCase c, int least, int most, params long[] shape) =>
        Tensor.Of<long>([.. Enumerable.Range(0, (int)Tensor.CountOf(shape)).Select(_ => (long)c.Random.Next(least, most + 1))], shape);

    public static Tensor Bools(OperatorCase c, params long[] shape) =>
        Tensor.Of<bool>([.. Enumerable.Range(0, (int)Tensor.CountOf(shape)).Select(_ => c.Coin())], shape);

    private static OperatorCase Channels(OperatorCase c, long[] x, Func<long[], OperatorCase> rest)
    {
        c.Input(x);
        return rest(x);
    }

    private static OperatorCase Vectors(OperatorCase c, long channels, int count)
    {
        for (var index = 0; index < count; index++) c.Constant(OnnxRuntimeReference.Random(c.Random, channels));
        return c;
    }

    private static OperatorCase Broadcast(OperatorCase c, Func<long[], OperatorCase> input, Func<long[], OperatorCase>? first = null)
    {
        var full = c.Shape(4, 1, 4);
        (first ?? input)(Part());
        input(Part());
        return first is null ? c : input(Part());

        long[] Part() => [.. full[c.Random.Next(4)..].Select(size => c.Random.Next(3) == 0 ? 1 : size)];
    }

    private static OperatorCase Reduction(OperatorCase c)
    {
        c.Input(c.Shape(4)).With("keepdims", c.Random.Next(2));
        if (c.Coin()) c.With("noop_with_empty_axes", 1L);
        return c.Random.Next(4) switch
        {
            0 => c,
            1 => c.Ints(),
            _ => c.Ints([.. new[] { 0, -3, 2, 3 }.Where(_ => c.Coin()).Select(axis => (long)axis)]),
        };
    }
}
