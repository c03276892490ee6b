namespace Reverie.Onnx.Shapes;

/// <summary>Operators that work element by element, or leave the shape as it is.</summary>
internal static class ElementwiseShapes
{
    // One input that counts; output of its type and shape.
    private static readonly string[] Keeping =
    [
        "Relu", "LeakyRelu", "Elu", "Selu", "Celu", "ThresholdedRelu", "Shrink", "Sigmoid", "HardSigmoid", "HardSwish", "Mish", "Tanh", "Softplus", "Softsign",
        "Erf", "Gelu", "Exp", "Log", "Sqrt", "Abs", "Neg", "Sign", "Reciprocal",
        "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Tanh", "Asinh", "Acosh", "Atanh",
        "Clip", "Softmax", "LogSoftmax", "Hardmax", "LRN", "LpNormalization", "MeanVarianceNormalization", "CumSum", "Trilu", "BitwiseNot", "ReverseSequence",
    ];

    private static readonly string[] Broadcasting =
        ["Pow", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor"];

    private static readonly string[] Deciding = ["And", "Or", "Xor"];

    public static void AddTo(Dictionary<string, Action<Step>> rules)
    {
        foreach (var op in Keeping) rules[op] = step => step.Set(step.Shape(0));
        foreach (var op in Broadcasting) rules[op] = step => step.Set(step.Broadcast(step.Shape(0), step.Shape(1)));
        foreach (var op in Deciding) rules[op] = step => step.Set(0, new Fact(ElementType.Bool, step.Broadcast(step.Shape(0), step.Shape(1))));
        foreach (var op in (string[])["Sum", "Mean"]) rules[op] = Variadic;
        foreach (var op in (string[])["Not", "IsNaN", "IsInf"]) rules[op] = step => step.Set(0, new Fact(ElementType.Bool, step.Shape(0)));
        // their values are integers already wherever values are known
        foreach (var op in (string[])["Identity", "Floor", "Ceil", "Round"]) rules[op] = step => step.Set(0, step.Input(0));
        rules["Dropout"] = Dropout;
        rules["PRelu"] = PRelu;
        rules["RandomUniformLike"] = rules["RandomNormalLike"] = rules["Bernoulli"] = Like;
        rules["DequantizeLinear"] = step => step.Set(0, new Fact(step.Input(1).Element, step.Shape(0)));
        rules["QuantizeLinear"] = QuantizeLinear;
    }

    /// <summary>The shape of any number of inputs broadcast together.</summary>
    public static Dim[]? BroadcastAll(Step step)
    {
        var shapes = new Dim[]?[step.InputCount];
        for (var index = 0; index < shapes.Length; index++) shapes[index] = step.Shape(index);
        return step.Broadcast(shapes);
    }

    private static void Variadic(Step step) => step.Set(BroadcastAll(step));

    private static void Dropout(Step step)
    {
        step.Set(0, step.Input(0));
        step.Set(1, new Fact(ElementType.Bool, step.Shape(0)));
    }

    private static void PRelu(Step step)
    {
        step.BroadcastsTo(1, step.Shape(0));
        step.Set(step.Shape(0));
    }

    private static void Like(Step step)
    {
        var type = (ElementType)step.Node.Int("dtype", (long)step.Input(0).Element);
        step.Set(0, new Fact(type, step.Shape(0)));
    }

    private static void QuantizeLinear(Step step)
    {
        var zero = step.Input(2).Element;
        step.Set(0, new Fact(step.InputCount > 2 && zero != ElementType.Undefined ? zero : ElementType.UInt8, step.Shape(0)));
    }
}
