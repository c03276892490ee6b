using Reverie.Explain;

namespace Reverie.Tests.Explain.Golden;

/// <summary>Measures of attributions.</summary>
internal static partial class GoldenMethods
{
    private static void AddMeasures(Dictionary<string, Func<GoldenCase, Subject, GoldenResult>> known) => known["Infidelity"] = (golden, subject) =>
    {
        var method = golden.Text("attribution", "IntegratedGradients") switch
        {
            "IntegratedGradients" => (AttributionMethod)new IntegratedGradients { Steps = 500 },
            "Saliency" => new Gradient { Absolute = false },
            var other => throw new NotSupportedException($"the golden cases hold an attribution that is not known here: {other}"),
        };
        var context = golden.Context(subject);
        var attributions = method.Attribute(context).Maps;
        double[][] moves = [.. golden.Params.GetProperty("perturbation").EnumerateArray().Select(move => new[] { move.GetDouble() })];
        return new([new Signal(Array.ConvertAll(Infidelity.Of(context, attributions, (int)golden.Number("n_perturb", 10), _ => moves), score => score.Raw), [context.Items])]);
    };
}
