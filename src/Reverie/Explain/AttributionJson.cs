using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reverie.Explain;

/// <summary>The settings of methods as JSON, for recipes and reports: the id stands under <c>method</c>.</summary>
public static class AttributionJson
{
    /// <summary>The settings as JSON.</summary>
    public static JsonElement ToJson(AttributionMethod method) => JsonSerializer.SerializeToElement(method, AttributionJsonContext.Default.AttributionMethod);

    /// <summary>A target as JSON.</summary>
    public static JsonElement ToJson(Target target) => JsonSerializer.SerializeToElement(target, AttributionJsonContext.Default.Target);

    /// <summary>Reads settings.</summary>
    /// <exception cref="ReverieException">They are malformed, or of a method that there is not.</exception>
    public static AttributionMethod FromJson(JsonElement json) => Read(json, AttributionJsonContext.Default.AttributionMethod, "settings of the method");

    /// <summary>Reads a target.</summary>
    /// <exception cref="ReverieException">It is malformed.</exception>
    public static Target TargetFromJson(JsonElement json) => Read(json, AttributionJsonContext.Default.Target, "target");

    /// <summary>An explanation's settings as JSON.</summary>
    public static JsonElement ToJson(Explanation explanation) => JsonSerializer.SerializeToElement(explanation, AttributionJsonContext.Default.Explanation);

    /// <summary>Reads an explanation's settings.</summary>
    /// <exception cref="ReverieException">They are malformed.</exception>
    public static Explanation ExplanationFromJson(JsonElement json) => Read(json, AttributionJsonContext.Default.Explanation, "settings of the explanation");

    private static T Read<T>(JsonElement json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string what)
    {
        try
        {
            return json.Deserialize(type) ?? throw new JsonException("they are null");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new ReverieException($"the {what} cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}

// One line for each method: its settings and its id.
[JsonPolymorphic(TypeDiscriminatorPropertyName = "method")]
[JsonDerivedType(typeof(Gradient), "gradient")]
[JsonDerivedType(typeof(InputXGradient), "input-x-gradient")]
[JsonDerivedType(typeof(SmoothGrad), "smoothgrad")]
[JsonDerivedType(typeof(SmoothGradSquared), "smoothgrad-squared")]
[JsonDerivedType(typeof(VarGrad), "vargrad")]
[JsonDerivedType(typeof(IntegratedGradients), "integrated-gradients")]
[JsonDerivedType(typeof(BlurIntegratedGradients), "blur-integrated-gradients")]
[JsonDerivedType(typeof(ExpectedGradients), "expected-gradients")]
[JsonDerivedType(typeof(DeepLift), "deeplift")]
[JsonDerivedType(typeof(Lrp), "lrp")]
[JsonDerivedType(typeof(GuidedBackprop), "guided-backprop")]
[JsonDerivedType(typeof(Deconvnet), "deconvnet")]
[JsonDerivedType(typeof(FullGrad), "fullgrad")]
[JsonDerivedType(typeof(GradCam), "grad-cam")]
[JsonDerivedType(typeof(HiResCam), "hirescam")]
[JsonDerivedType(typeof(GradCamPlusPlus), "grad-cam-plus-plus")]
[JsonDerivedType(typeof(XGradCam), "xgrad-cam")]
[JsonDerivedType(typeof(LayerCam), "layer-cam")]
[JsonDerivedType(typeof(Cam), "cam")]
[JsonDerivedType(typeof(ScoreCam), "score-cam")]
[JsonDerivedType(typeof(AblationCam), "ablation-cam")]
[JsonDerivedType(typeof(EigenCam), "eigen-cam")]
[JsonDerivedType(typeof(GuidedGradCam), "guided-grad-cam")]
[JsonDerivedType(typeof(LayerActivation), "activation")]
[JsonDerivedType(typeof(GradientXActivation), "gradient-x-activation")]
[JsonDerivedType(typeof(Conductance), "conductance")]
[JsonDerivedType(typeof(InternalInfluence), "internal-influence")]
[JsonDerivedType(typeof(Occlusion), "occlusion")]
[JsonDerivedType(typeof(FeatureAblation), "feature-ablation")]
[JsonDerivedType(typeof(ShapleySampling), "shapley")]
[JsonDerivedType(typeof(KernelShap), "kernel-shap")]
[JsonDerivedType(typeof(Lime), "lime")]
[JsonDerivedType(typeof(Rise), "rise")]
public abstract partial record AttributionMethod;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AttributionMethod))]
[JsonSerializable(typeof(Target))]
[JsonSerializable(typeof(Explanation))]
internal sealed partial class AttributionJsonContext : JsonSerializerContext;
