namespace Reverie.Onnx.Schema;

/// <summary>Operators that work element by element: activations, arithmetic, comparisons, logic.</summary>
internal static class ElementwiseOperators
{
    public static IEnumerable<OperatorSchema> All =>
    [
        .. OperatorSchema.Each("Sigmoid Tanh Softplus Softsign Exp Log Sqrt Reciprocal Ceil Floor Sin Cos Tan Asin Acos Atan").Select(schema => schema.Types("f")),
        .. OperatorSchema.Each("Erf Sinh Cosh Asinh Acosh Atanh IsNaN", 9).Select(schema => schema.Types(schema.Name == "Erf" ? "n" : "f")),
        .. OperatorSchema.Each("Relu Neg Abs").Select(schema => schema.Types("n")),
        new OperatorSchema("Identity").Types("t"),
        new OperatorSchema("Sign", 9).Types("n"),
        new OperatorSchema("Not").Types("b"),
        new OperatorSchema("Round", 11).Types("f"),
        new OperatorSchema("IsInf", 10).Types("f").Flag("detect_negative").Flag("detect_positive"),
        new OperatorSchema("HardSwish", 14).Types("f"),
        new OperatorSchema("Mish", 18).Types("f"),
        new OperatorSchema("LeakyRelu").Types("f").Float("alpha"),
        new OperatorSchema("ThresholdedRelu", 10).Types("f").Float("alpha"),
        new OperatorSchema("Elu").Types("f").Float("alpha"),
        new OperatorSchema("Celu", 12).Types("f").Float("alpha").Must(check => { if (check.Node.Float("alpha", 1) == 0) check.Fail("its attribute 'alpha' is 0, by which it divides"); }),
        new OperatorSchema("Selu").Types("f").Float("alpha").Float("gamma"),
        new OperatorSchema("HardSigmoid").Types("f").Float("alpha").Float("beta"),
        new OperatorSchema("Shrink", 9).Types("n").Float("bias").Float("lambd"),
        new OperatorSchema("Gelu", 20).Types("f").Text("approximate", "none", "tanh"),
        new OperatorSchema("Swish", 24).Types("f").Float("alpha"),
        new OperatorSchema("PRelu").In(2, 2).Types("n"),
        new OperatorSchema("Clip").In(1, 3, since: 11).Types("n").Bound("min").Bound("max").Must(CheckBounds),
        new OperatorSchema("Dropout").In(1, 3, since: 12).Out(1, 2).Types("f*b").Float("ratio", until: 11).Int("seed", since: 12).Must(CheckInference),
        .. OperatorSchema.Each("Add Sub Mul").Select(schema => schema.In(2, 2).Types("n")),
        new OperatorSchema("Div").In(2, 2).Types("n").Must(CheckDivisor),
        new OperatorSchema("Mod", 10).In(2, 2).Types("n").Flag("fmod").Must(CheckDivisor),
        new OperatorSchema("Pow").In(2, 2).Types("n*"),
        .. OperatorSchema.Each("Max Min").Select(schema => schema.In(1, int.MaxValue).Types("n")),
        .. OperatorSchema.Each("Sum Mean").Select(schema => schema.In(1, int.MaxValue).Types("f")),
        new OperatorSchema("Equal").In(2, 2).Types("t"),
        .. OperatorSchema.Each("Greater Less").Select(schema => schema.In(2, 2).Types("n")),
        .. OperatorSchema.Each("GreaterOrEqual LessOrEqual", 12).Select(schema => schema.In(2, 2).Types("n")),
        .. OperatorSchema.Each("And Or Xor").Select(schema => schema.In(2, 2).Types("b")),
        new OperatorSchema("Where", 9).In(3, 3).Types("bt"),
        new OperatorSchema("Cast").Int("to", required: true).Flag("saturate", since: 19).TextSince("round_mode", 24, "up", "down", "nearest").Must(CheckCast),
        new OperatorSchema("CastLike", 15).In(2, 2).Flag("saturate", since: 19).TextSince("round_mode", 24, "up", "down", "nearest"),
        new OperatorSchema("Gelu", domain: "com.microsoft").Types("f"),
        new OperatorSchema("FastGelu", domain: "com.microsoft").In(1, 2).Types("f"),
        new OperatorSchema("BiasGelu", domain: "com.microsoft").In(2, 2).Types("f"),
        new OperatorSchema("QuickGelu", domain: "com.microsoft").Types("f").Float("alpha"),
    ];

    // Before opset 11 the bounds of Clip are attributes, and infinite ones are common.
    private static OperatorSchema Bound(this OperatorSchema schema, string name) =>
        schema.With(new(name, AttributeKind.Float) { Until = 10, Wrong = value => float.IsNaN(value.Float) ? "is not a number" : null });

    private static void CheckBounds(NodeCheck check)
    {
        for (var input = 1; input <= 2; input++)
            if (check.Constant(input) is { } bound)
            {
                if (bound.Count != 1) check.Fail($"its bound {check.Node.Input(input)} has {bound.Count} elements where one belongs");
                if (bound.Type.IsFloating() && double.IsNaN(bound.ToDoubles()[0])) check.Fail($"its bound {check.Node.Input(input)} is not a number");
            }
    }

    /// <summary>Refuses Dropout in training mode: a network under study must give the same output twice.</summary>
    private static void CheckInference(NodeCheck check)
    {
        if (check.Constant(1) is { } ratio && (ratio.Count != 1 || (ratio.Type.IsFloating() && ratio.ToDoubles()[0] is not (>= 0 and < 1.0000001))))
            check.Fail("its ratio is not a number from 0 to 1");
        if (check.Node.Float("ratio", 0) is not (>= 0 and <= 1)) check.Fail("its ratio is not a number from 0 to 1");
        if (!check.Node.HasInput(2)) return;
        if (check.Constant(2) is not { Count: 1, Type: ElementType.Bool } training) check.Fail("its training mode is not a constant; export the model for inference");
        else if (training.Data.Span[0] != 0 && !DropsNothing(check.Constant(1))) check.Fail("it is in training mode; export the model for inference");
    }

    // torchvision's Swin leaves Dropout in training mode, with the ratio 0.
    private static bool DropsNothing(Tensor? ratio) => ratio is { Count: 1 } && ratio.Type.IsFloating() && ratio.ToDoubles()[0] == 0;

    // Division of integers by zero would not give infinity but end the process.
    private static void CheckDivisor(NodeCheck check)
    {
        if (check.Constant(1) is not { } divisor) return;
        if (divisor.Type.IsFloating())
        {
            if (check.Node.Op == "Mod" && check.Node.Int("fmod", 0) == 0) check.Fail("fmod=0 is for integers only");
            return;
        }
        var size = divisor.Type.Size();
        for (var at = 0; at < divisor.Data.Length; at += size)
            if (divisor.Data.Span.Slice(at, size).IndexOfAnyExcept((byte)0) < 0) check.Fail("it divides integers by zero");
    }

    private static void CheckCast(NodeCheck check)
    {
        var to = (ElementType)check.Node.Int("to", 0);
        if (to.Size() == 0) check.Fail($"it casts to element type {to}, which is not supported");
    }
}
