using Reverie.Explain;

namespace Reverie.Tests.Explain.Golden;

/// <summary>How the methods of the golden cases are called here: by the names that the files use.</summary>
internal static partial class GoldenMethods
{
    private static readonly Dictionary<string, Func<GoldenCase, Subject, GoldenResult>> Known = Make();

    public static GoldenResult Run(GoldenCase golden, Subject subject) => Known.TryGetValue(golden.Method, out var run)
        ? run(golden, subject)
        : throw new NotSupportedException($"the golden cases hold a method that is not known here: {golden.Method}");

    private static Dictionary<string, Func<GoldenCase, Subject, GoldenResult>> Make()
    {
        var known = new Dictionary<string, Func<GoldenCase, Subject, GoldenResult>>(StringComparer.Ordinal);
        AddGradients(known);
        AddBackward(known);
        AddPerturbation(known);
        AddLayers(known);
        AddMeasures(known);
        return known;
    }

    private static GoldenResult Attribute(AttributionMethod method, GoldenCase golden, Subject subject, FeatureGroups? features = null)
    {
        var raw = method.Attribute(golden.Context(subject) with { Features = features });
        return new(raw.Maps, raw.Balance?.Deltas);
    }
}

/// <summary>What a method found, and by how much its sums miss what they ought to be.</summary>
internal sealed record GoldenResult(IReadOnlyList<Signal> Maps, double[]? Deltas = null);
