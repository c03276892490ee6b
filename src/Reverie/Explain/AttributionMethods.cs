using Reverie.Onnx;

namespace Reverie.Explain;

/// <summary>All methods of attribution by their names, each with its default settings.</summary>
public static class AttributionMethods
{
    /// <summary>The methods, in the order in which they are listed to users.</summary>
    public static IReadOnlyList<AttributionMethod> All { get; } =
    [
        new Gradient(),
        new InputXGradient(),
        new SmoothGrad(),
        new SmoothGradSquared(),
        new VarGrad(),
        new IntegratedGradients(),
        new BlurIntegratedGradients(),
        new ExpectedGradients(),
        new DeepLift(),
        new Lrp(),
        new GuidedBackprop(),
        new Deconvnet(),
        new FullGrad(),
        new GradCam(),
        new HiResCam(),
        new GradCamPlusPlus(),
        new XGradCam(),
        new LayerCam(),
        new Cam(),
        new ScoreCam(),
        new AblationCam(),
        new EigenCam(),
        new GuidedGradCam(),
        new LayerActivation(),
        new GradientXActivation(),
        new Conductance(),
        new InternalInfluence(),
        new Occlusion(),
        new FeatureAblation(),
        new ShapleySampling(),
        new KernelShap(),
        new Lime(),
        new Rise(),
    ];

    /// <summary>A method by its id, with its default settings.</summary>
    /// <exception cref="ReverieException">There is no such method; the message names near ones.</exception>
    public static AttributionMethod Find(string id) =>
        All.FirstOrDefault(method => method.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) ?? throw new ReverieException(Names.Unknown("method", id, All.Select(method => method.Id)));
}
