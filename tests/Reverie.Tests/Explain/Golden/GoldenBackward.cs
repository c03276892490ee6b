using System.Text.Json;
using Reverie.Explain;

namespace Reverie.Tests.Explain.Golden;

/// <summary>Methods with backward passes of their own.</summary>
internal static partial class GoldenMethods
{
    private static void AddBackward(Dictionary<string, Func<GoldenCase, Subject, GoldenResult>> known)
    {
        known["GuidedBackprop"] = (golden, subject) => Attribute(new GuidedBackprop(), golden, subject);
        known["Deconvolution"] = (golden, subject) => Attribute(new Deconvnet(), golden, subject);
        known["DeepLift"] = (golden, subject) => Attribute(DeepLiftOf(golden), golden, subject);
        known["LayerDeepLift"] = (golden, subject) => Attribute(DeepLiftOf(golden) with { Layer = golden.Layer }, golden, subject);
        known["DeepLiftShap"] = DeepLiftShap;
        known["LRP"] = (golden, subject) => Attribute(LrpOf(golden), golden, subject);
        known["LayerLRP"] = (golden, subject) => Attribute(LrpOf(golden) with { Layer = golden.Layer }, golden, subject);
        // a neuron is a target as any other: GoldenCase.Function
        known["NeuronGradient"] = (golden, subject) => Attribute(new Gradient { Absolute = false }, golden, subject);
    }

    private static DeepLift DeepLiftOf(GoldenCase golden) => new()
    {
        Rule = golden.Text("rule", "rescale") switch
        {
            "rescale" => DeepLiftRule.Rescale,
            "reveal_cancel" => DeepLiftRule.RevealCancel,
            var other => throw new NotSupportedException($"the golden cases hold a rule of DeepLIFT that is not known here: {other}"),
        },
        MultiplyByInputs = golden.Flag("multiply_by_inputs", true),
    };

    // every baseline of the batch for every input
    private static GoldenResult DeepLiftShap(GoldenCase golden, Subject subject)
    {
        var baselines = golden.Baselines!;
        var context = golden.Context(subject) with
        {
            Baselines = [.. Enumerable.Range(0, baselines[0].Items).Select(item => (IReadOnlyList<Signal>)[.. baselines.Select(baseline => baseline.Single(item))])],
        };
        var raw = DeepLiftOf(golden).Attribute(context);
        return new(raw.Maps, raw.Balance?.Deltas);
    }

    private static Lrp LrpOf(GoldenCase golden) => new()
    {
        Composite = LrpComposite.Epsilon,
        Rules = golden.Params.GetProperty("rules").EnumerateObject().ToDictionary(rule => rule.Name, rule => RuleOf(rule.Value)),
        Epsilon = golden.Number("epsilon", 1e-9),
        RelativeEpsilon = false,
    };

    private static LrpRule RuleOf(JsonElement name) => name.GetString()!.Split(' ')[0] switch
    {
        "epsilon" => LrpRule.Epsilon,
        "alpha1_beta0" => LrpRule.AlphaBeta(1),
        "gamma" => LrpRule.OfGamma(),
        "identity" => LrpRule.Pass,
        var other => throw new NotSupportedException($"the golden cases hold a rule of LRP that is not known here: {other}"),
    };
}
