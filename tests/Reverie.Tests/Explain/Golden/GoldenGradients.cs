using Reverie.Explain;

namespace Reverie.Tests.Explain.Golden;

/// <summary>Methods that ask for gradients.</summary>
internal static partial class GoldenMethods
{
    private static void AddGradients(Dictionary<string, Func<GoldenCase, Subject, GoldenResult>> known)
    {
        known["Saliency"] = (golden, subject) => Attribute(new Gradient { Absolute = golden.Flag("absolute", true) }, golden, subject);
        known["InputXGradient"] = (golden, subject) => Attribute(new InputXGradient(), golden, subject);
        known["IntegratedGradients"] = (golden, subject) => Attribute(new IntegratedGradients
        {
            Steps = (int)golden.Number("n_steps", 50),
            Quadrature = Quadrature(golden),
            MultiplyByInputs = golden.Flag("multiply_by_inputs", true),
        }, golden, subject);
    }

    private static QuadratureRule Quadrature(GoldenCase golden) => golden.Text("quadrature", "gausslegendre") switch
    {
        "gausslegendre" => QuadratureRule.GaussLegendre,
        "riemann_left" => QuadratureRule.Left,
        "riemann_right" => QuadratureRule.Right,
        "riemann_middle" => QuadratureRule.Midpoint,
        "riemann_trapezoid" => QuadratureRule.Trapezoid,
        var other => throw new NotSupportedException($"the golden cases hold a quadrature that is not known here: {other}"),
    };
}
