using Reverie.Autodiff.Rules;
using Reverie.Onnx;

namespace Reverie.Autodiff.Float64;

/// <summary>Elementwise functions that lack a float64 kernel, or whose attributes are not the numbers that were meant.</summary>
internal static class FunctionLowerings
{
    public static void AddTo(Dictionary<string, Lowering> lowerings)
    {
        lowerings["Erf"] = (node, e) => ErrorFunction.Of(e[node.Inputs[0]]);
        lowerings["Softplus"] = (node, e) => Softplus(e[node.Inputs[0]]);
        lowerings["Mish"] = (node, e) => e[node.Inputs[0]] * Softplus(e[node.Inputs[0]]).Apply("Tanh");
        lowerings["Mean"] = (node, e) => e.Op("Sum", [.. node.Inputs.Select(input => e[input])]) / node.Inputs.Count;
        lowerings["LeakyRelu"] = (node, e) => e[node.Inputs[0]] is var x ? (x > 0).Choose(x, x * Attribute(node, "alpha", 0.01f)) : default;
        lowerings["ThresholdedRelu"] = (node, e) => e[node.Inputs[0]] is var x ? (x > Attribute(node, "alpha", 1)).Choose(x, 0) : default;
        lowerings["Shrink"] = Shrink;
        lowerings["Elu"] = (node, e) => e[node.Inputs[0]] is var x ? (x > 0).Choose(x, (NegativePart(x).Exp() - 1) * Attribute(node, "alpha", 1)) : default;
        lowerings["Celu"] = Celu;
        lowerings["Selu"] = Selu;
        lowerings["HardSigmoid"] = (node, e) => Gate(e[node.Inputs[0]] * Attribute(node, "alpha", 0.2f) + Attribute(node, "beta", 0.5f));
        lowerings["HardSwish"] = (node, e) => e[node.Inputs[0]] is var x ? x * Gate(x * (1.0 / 6) + 0.5) : default;
        lowerings["Gelu"] = Gelu;
    }

    private static double Attribute(Node node, string name, float fallback) => ActivationRules.Exact(node.Float(name, fallback));

    // max(x, 0) + log(1 + exp(-|x|)): finite for any x
    private static Value Softplus(Value x) =>
        x.Emitter.Op("Max", x, x.Emitter.Scalar(0)) + (1 + (-x.Apply("Abs")).Exp()).Apply("Log");

    private static Value NegativePart(Value x) => x.Emitter.Op("Min", x, x.Emitter.Scalar(0));

    private static Value Gate(Value x) => x.Emitter.Op("Clip", x, x.Emitter.Scalar(0), x.Emitter.Scalar(1));

    private static Value Shrink(Node node, Emitter e)
    {
        var x = e[node.Inputs[0]];
        return (x.Apply("Abs") > Attribute(node, "lambd", 0.5f)).Choose(x - x.Sign() * Attribute(node, "bias", 0), 0);
    }

    private static Value Celu(Node node, Emitter e)
    {
        var (x, alpha) = (e[node.Inputs[0]], Attribute(node, "alpha", 1));
        return (x > 0).Choose(x, ((NegativePart(x) / alpha).Exp() - 1) * alpha);
    }

    private static Value Selu(Node node, Emitter e)
    {
        var x = e[node.Inputs[0]];
        var (alpha, gamma) = ActivationRules.SeluConstants(node);
        return (x > 0).Choose(x * gamma, (NegativePart(x).Exp() - 1) * (alpha * gamma));
    }

    private static Value Gelu(Node node, Emitter e)
    {
        var x = e[node.Inputs[0]];
        return node.String("approximate", "none") == "tanh"
            ? 0.5 * x * (1 + ((x + 0.044715 * (x * x * x)) * Math.Sqrt(2 / Math.PI)).Apply("Tanh"))
            : 0.5 * x * (1 + ErrorFunction.Of(x * Math.Sqrt(0.5)));
    }
}
