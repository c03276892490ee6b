namespace Reverie.Tiling;

/// <summary>The operators that look at a neighbourhood only. What is not here is refused by name: better no tiles than wrong ones.</summary>
internal static class LocalityRules
{
    // Read in whole: their results depend on every place of the picture.
    private static readonly HashSet<string> Global =
    [
        "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "InstanceNormalization", "GroupNormalization", "MeanVarianceNormalization", "Flatten", "Gemm", "Einsum",
    ];

    private static readonly Dictionary<string, Action<LocalityStep>> Rules = Make();

    /// <summary>Follows one node.</summary>
    /// <exception cref="ReverieException">It looks at more than a neighbourhood, or Reverie cannot tell.</exception>
    public static void Apply(LocalityStep step)
    {
        var node = step.Node;
        if (node.Domain.Length == 0 && Rules.TryGetValue(node.Op, out var rule)) rule(step);
        else throw step.Refuse(Global.Contains(node.Op) ? "it looks at the whole picture at once" : "it may look at the whole picture at once");
    }

    private static Dictionary<string, Action<LocalityStep>> Make()
    {
        var rules = new Dictionary<string, Action<LocalityStep>>(StringComparer.Ordinal);
        PointRules.AddTo(rules);
        WindowRules.AddTo(rules);
        LayoutRules.AddTo(rules);
        return rules;
    }
}
