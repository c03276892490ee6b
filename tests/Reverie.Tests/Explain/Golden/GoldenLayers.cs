using Reverie.Explain;

namespace Reverie.Tests.Explain.Golden;

/// <summary>Methods about layers, and class activation maps.</summary>
internal static partial class GoldenMethods
{
    private static void AddLayers(Dictionary<string, Func<GoldenCase, Subject, GoldenResult>> known)
    {
        known["LayerGradCam"] = GradCam;
        known["GuidedGradCam"] = (golden, subject) => Attribute(new GuidedGradCam
        {
            Layer = golden.Layer,
            Nearest = golden.Text("upsample", "nearest") == "nearest",
            Rectify = golden.Flag("relu_attributions", true),
        }, golden, subject);
        known["LayerConductance"] = (golden, subject) => Attribute(new Conductance { Layer = golden.Layer, Steps = (int)golden.Number("n_steps", 50) }, golden, subject);
        known["InternalInfluence"] = (golden, subject) => Attribute(new InternalInfluence
        {
            Layer = golden.Layer,
            Steps = (int)golden.Number("n_steps", 50),
            // one of these numbers is met only with the bias of Captum's weights: 0.8 within 0.01, where the integral is 0.81
            Quadrature = Quadrature(golden) is var rule && rule == QuadratureRule.Trapezoid ? QuadratureRule.CaptumTrapezoid : rule,
        }, golden, subject);
        known["LayerGradientXActivation"] = (golden, subject) => Attribute(new GradientXActivation { Layer = golden.Layer }, golden, subject);
        known["LayerActivation"] = (golden, subject) => Attribute(new LayerActivation { Layer = golden.Layer }, golden, subject);
        known["LayerIntegratedGradients"] = (golden, subject) => Attribute(new IntegratedGradients
        {
            Layer = golden.Layer,
            Steps = (int)golden.Number("n_steps", 50),
            Quadrature = Quadrature(golden),
        }, golden, subject);
        known["FGSM"] = (golden, subject) => new(new FastGradientSign
        {
            Epsilon = golden.Number("epsilon", 0.01),
            Targeted = golden.Flag("targeted", false),
            LogLoss = golden.Text("loss", "").Contains("log", StringComparison.Ordinal),
            ZeroThreshold = golden.Number("zero_threshold", 1e-6),
        }.Perturb(golden.Context(subject)));
    }

    private static GoldenResult GradCam(GoldenCase golden, Subject subject)
    {
        var method = new GradCam { Layer = golden.Layer, Rectify = golden.Flag("relu_attributions", false) };
        return golden.Flag("sum_channels", true) ? Attribute(method, golden, subject) : new([method.Weighed(golden.Context(subject), golden.Layer)]);
    }
}
