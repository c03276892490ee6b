using Reverie.Explain;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>The methods that the lab knows.</summary>
public static class LabMethods
{
    private const int Steps = 12, Samples = 4;

    private static readonly Lrp Relevance = new() { Composite = LrpComposite.Epsilon, Epsilon = 1e-9 };

    /// <summary>All methods; the first twelve are the lab's choice where none is named.</summary>
    public static IReadOnlyList<LabMethod> All { get; } =
    [
        new("gradient", "Gradient", new Gradient { Absolute = false }, Theory.Gradient, LabFamily.Gradient),
        new("input-x-gradient", "Input x gradient", new InputXGradient(), Theory.InputXGradient, LabFamily.Gradient),
        new("integrated-gradients", "Integrated gradients", new IntegratedGradients { Steps = Steps }, Theory.IntegratedGradients, LabFamily.Gradient),
        new("smoothgrad", "SmoothGrad", new SmoothGrad { Samples = 2 * Samples }, Theory.SmoothGrad, LabFamily.Gradient),
        new("deeplift", "DeepLIFT Rescale", new DeepLift(), Theory.DeepLift, LabFamily.Backward),
        new("lrp-epsilon", "LRP epsilon", Relevance, Theory.LrpEpsilon, LabFamily.Relevance),
        new("lrp-gamma", "LRP gamma", WithRule(LrpRule.OfGamma()), Theory.LrpSigns, LabFamily.Relevance),
        new("lrp-alpha1-beta0", "LRP alpha1-beta0", WithRule(LrpRule.ZPlus), Theory.LrpSigns, LabFamily.Relevance),
        new("guided-backprop", "Guided backpropagation", new GuidedBackprop(), Theory.Rectified, LabFamily.Backward),
        new("deconvnet", "Deconvnet", new Deconvnet(), Theory.Rectified, LabFamily.Backward),
        new("occlusion", "Occlusion", new Occlusion(), Theory.Occlusion, LabFamily.BlackBox),
        new("shapley", "Shapley values, sampled", new ShapleySampling { Samples = Samples }, Theory.ShapleySampling, LabFamily.BlackBox),
        new("expected-gradients", "Expected gradients", new ExpectedGradients(), Theory.ExpectedGradients, LabFamily.Gradient),
        new("deeplift-reveal-cancel", "DeepLIFT RevealCancel", new DeepLift { Rule = DeepLiftRule.RevealCancel }, Theory.RevealCancel, LabFamily.Backward),
        new("lrp-alpha2-beta1", "LRP alpha2-beta1", WithRule(LrpRule.AlphaBeta()), Theory.LrpSigns, LabFamily.Relevance),
        new("kernel-shap", "Kernel SHAP", new KernelShap(), Theory.KernelShap, LabFamily.BlackBox),
        new("lime", "LIME", new Lime(), Theory.Surrogate, LabFamily.BlackBox),
        new("grad-cam", "Grad-CAM", new GradCam(), Theory.ClassActivation, LabFamily.Backward) { Rewrites = ["R1", "R2", "R3", "R3u", "R5", "R7"] },
    ];

    /// <summary>The twelve that are measured where none is named.</summary>
    public static IReadOnlyList<LabMethod> Default { get; } = [.. All.Take(12)];

    /// <summary>A method by its id.</summary>
    /// <exception cref="ReverieException">The lab knows no such method; the message names near ones.</exception>
    public static LabMethod Find(string id) => All.FirstOrDefault(method => method.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) ?? throw new ReverieException(Names.Unknown("method in the lab", id, All.Select(method => method.Id)));

    private static Lrp WithRule(LrpRule rule) => Relevance with { Rules = new Dictionary<string, LrpRule> { ["*"] = rule } };
}
