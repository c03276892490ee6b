using Reverie.Onnx;

namespace Reverie.Autodiff.Rules;

/// <summary>Elementwise functions of one variable: the cotangent times the derivative.</summary>
internal static class ActivationRules
{
    // Klambauer et al. 2017, appendix; ONNX's defaults are these numbers rounded to float32
    private const double SeluAlpha = 1.6732632423543772848170429916717, SeluGamma = 1.0507009873554804934193349852946;

    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        // From the output: then Conv + Relu can still fuse, and the convolution's own output need not be kept. ReLU'(0) = 0.
        rules["Relu"] = c => c.Give(0, Masked(c.Dy, c.Y));
        rules["LeakyRelu"] = c => c.Give(0, (c.X > 0).Choose(c.Dy, c.Dy * Exact(c.Node.Float("alpha", 0.01f))));
        rules["PRelu"] = PRelu;
        rules["ThresholdedRelu"] = c => c.Give(0, (c.X > Exact(c.Node.Float("alpha", 1))).Choose(c.Dy, 0));
        rules["Shrink"] = c => c.Give(0, (c.X.Apply("Abs") > Exact(c.Node.Float("lambd", 0.5f))).Choose(c.Dy, 0));
        rules["Elu"] = c => c.Give(0, (c.X > 0).Choose(c.Dy, c.Dy * (c.Y + Exact(c.Node.Float("alpha", 1)))));
        rules["Celu"] = c => c.Give(0, (c.X > 0).Choose(c.Dy, c.Dy * (c.Y / Exact(c.Node.Float("alpha", 1)) + 1)));
        rules["Selu"] = Selu;
        rules["Clip"] = Clip;
        rules["Sigmoid"] = c => c.Give(0, c.Dy * c.Y * (1 - c.Y));
        rules["HardSigmoid"] = c =>
            c.Give(0, ((c.Y > 0) & (c.Y < 1)).Choose(c.Dy * Exact(c.Node.Float("alpha", 0.2f)), 0));
        rules["HardSwish"] = HardSwish;
        rules["Tanh"] = c => c.Give(0, c.Dy * (1 - c.Y * c.Y));
        rules["Softplus"] = c => c.Give(0, c.Dy * c.X.Sigmoid());
        rules["Softsign"] = c => c.Give(0, c.Dy / Square(1 + c.X.Apply("Abs")));
        rules["Mish"] = Mish;
        rules["Erf"] = c => c.Give(0, c.Dy * (-(c.X * c.X)).Exp() * (2 / Math.Sqrt(Math.PI)));
        rules["Gelu"] = Gelu;
        rules["Exp"] = c => c.Give(0, c.Dy * c.Y);
        rules["Log"] = c => c.Give(0, c.Dy / c.X);
        // infinite at 0, and not hidden
        rules["Sqrt"] = c => c.Give(0, c.Dy / (2 * c.Y));
        rules["Abs"] = c => c.Give(0, c.Dy * c.X.Sign());
        rules["Neg"] = c => c.Give(0, -c.Dy);
        rules["Reciprocal"] = c => c.Give(0, -(c.Dy * c.Y * c.Y));
        rules["Identity"] = c => c.Give(0, c.Dy);
        rules["Dropout"] = c => c.Give(0, c.Dy);
        rules["Cast"] = c => Cast(c, (ElementType)c.Node.Int("to", 0));
        rules["CastLike"] = c => Cast(c, TypeOf(c, 1));
    }

    /// <summary>
    /// The cotangent where a rectified output is positive, 0 elsewhere. The mask is a HardSigmoid so steep that every normal float above 0 gives 1: the same
    /// as Sign, which ONNX Runtime computes five times slower.
    /// </summary>
    internal static Value Masked(Value cotangent, Value rectified) =>
        cotangent * cotangent.Emitter.Op("HardSigmoid", [rectified], ("alpha", 3e38f), ("beta", 0f));

    /// <summary>
    /// The number that a 32-bit attribute stands for: 0.1f means 0.1, and 0.16666667f means 1/6. Models of float64 exporters are compared
    /// with this, and it rounds back to the same attribute.
    /// </summary>
    internal static double Exact(float attribute) => ExactNumbers.Recover(attribute);

    private static Value Square(Value value) => value * value;

    private static void PRelu(RuleContext c)
    {
        var slope = c.In(1);
        c.Give(0, (c.X > 0).Choose(c.Dy, c.Dy * slope));
        c.GiveBroadcast(1, () => (c.X > 0).Choose(0, c.Dy * c.X));
    }

    internal static (double Alpha, double Gamma) SeluConstants(Node node)
    {
        return (Meant("alpha", SeluAlpha), Meant("gamma", SeluGamma));

        double Meant(string name, double paper) =>
            node.Attributes.TryGetValue(name, out var stated) && Math.Abs(stated.Float - paper) > 1e-6 ? Exact(stated.Float) : paper;
    }

    private static void Selu(RuleContext c)
    {
        var (alpha, gamma) = SeluConstants(c.Node);
        c.Give(0, (c.X > 0).Choose(c.Dy * gamma, c.Dy * (c.Y + alpha * gamma)));
    }

    // Zero at both bounds.
    private static void Clip(RuleContext c)
    {
        c.OnlyInput(0);
        var (low, high) = (c.In(1), c.In(2));
        Value? inside = (low.IsGiven, high.IsGiven) switch
        {
            (true, true) => (c.X > low) & (c.X < high),
            (true, false) => c.X > low,
            (false, true) => c.X < high,
            _ => null,
        };
        c.Give(0, inside is { } mask ? mask.Choose(c.Dy, 0) : c.Dy);
    }

    // y = x h(x) with h(x) = clip(x/6 + 1/2, 0, 1)
    private static void HardSwish(RuleContext c)
    {
        var slope = (c.X > -3) & (c.X < 3);
        var gate = c.Emitter.Op("Clip", c.X * (1.0 / 6) + 0.5, c.Emitter.Scalar(0), c.Emitter.Scalar(1));
        c.Give(0, c.Dy * (gate + slope.Choose(c.X * (1.0 / 6), 0)));
    }

    // y = x t with t = tanh(softplus(x)) (Misra 2019)
    private static void Mish(RuleContext c)
    {
        var t = c.X.Apply("Softplus").Apply("Tanh");
        c.Give(0, c.Dy * (t + c.X * c.X.Sigmoid() * (1 - t * t)));
    }

    // Hendrycks & Gimpel 2016: y = x Phi(x), or its approximation with tanh
    private static void Gelu(RuleContext c)
    {
        var x = c.X;
        if (c.Node.String("approximate", "none") == "tanh")
        {
            var k = Math.Sqrt(2 / Math.PI);
            var t = (x * (k + k * 0.044715 * (x * x))).Apply("Tanh");
            c.Give(0, c.Dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (k + 3 * k * 0.044715 * (x * x))));
            return;
        }
        var cumulative = 0.5 * (1 + (x * Math.Sqrt(0.5)).Apply("Erf"));
        var density = (x * x * -0.5).Exp() * (1 / Math.Sqrt(2 * Math.PI));
        c.Give(0, c.Dy * (cumulative + x * density));
    }

    private static void Cast(RuleContext c, ElementType to)
    {
        var from = TypeOf(c, 0);
        c.Give(0, from == to ? c.Dy : c.Dy.Cast(from));
    }

    private static ElementType TypeOf(RuleContext c, int index) => c.Emitter.Graph.TypeOf(c.Node.Inputs[index])?.Element ?? ElementType.Float;
}
