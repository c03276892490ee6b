using System.Text.Json;
using Reverie.Explain;

namespace Reverie.Tests.Explain.Golden;

/// <summary>Methods that change features and watch the score.</summary>
internal static partial class GoldenMethods
{
    private static void AddPerturbation(Dictionary<string, Func<GoldenCase, Subject, GoldenResult>> known)
    {
        known["Occlusion"] = (golden, subject) => Attribute(new Occlusion { Windows = Sizes(golden, "window"), Strides = Sizes(golden, "strides") }, golden, subject);
        known["FeatureAblation"] = (golden, subject) => Attribute(new FeatureAblation(), golden, subject, Mask(golden));
        known["ShapleyValues"] = (golden, subject) => Attribute(new ShapleySampling(), golden, subject, Mask(golden));
        // as the case means it: by sampling, although there are few features
        known["ShapleyValueSampling"] = (golden, subject) => Attribute(new ShapleySampling { ExactUpTo = 0, Samples = (int)golden.Number("n_samples", 25) }, golden, subject, Mask(golden));
        known["KernelShap"] = (golden, subject) => Attribute(new KernelShap { Samples = (int)golden.Number("n_samples", 25) }, golden, subject, Mask(golden));
        known["Lime"] = (golden, subject) => Attribute(new Lime
        {
            Samples = (int)golden.Number("n_samples", 50),
            Fit = LimeFit.Lasso,
            Alpha = golden.Number("lasso_alpha", 0.01),
            Kernel = golden.Text("kernel", "cosine") == "cosine" ? LimeKernel.Inputs : throw new NotSupportedException("the golden cases hold a kernel that is not known here"),
            KernelWidth = golden.Number("kernel_width", 1),
            Standardize = false,
        }, golden, subject, Mask(golden));
    }

    private static int[][]? Sizes(GoldenCase golden, string name)
    {
        if (!golden.Params.TryGetProperty(name, out var sizes) || sizes.ValueKind != JsonValueKind.Array) return null;
        return [.. golden.Inputs.Select((input, index) =>
        {
            var each = sizes[sizes.GetArrayLength() == 1 ? 0 : index];
            // one number serves for every axis
            return each.ValueKind == JsonValueKind.Array ? each.EnumerateArray().Select(size => size.GetInt32()).ToArray() : [.. input.ItemShape.Select(_ => each.GetInt32())];
        })];
    }

    private static FeatureGroups? Mask(GoldenCase golden) => golden.Params.TryGetProperty("feature_mask", out var masks) && masks.ValueKind == JsonValueKind.Array
        ? new([.. masks.EnumerateArray().Select(mask => Array.ConvertAll(GoldenArrays.Read(mask).Values, id => (int)id))], [.. golden.Inputs.Select(input => input.ItemLength)])
        : null;
}
