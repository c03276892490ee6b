using System.Collections.Frozen;

namespace Reverie.Onnx.Shapes;

/// <summary>The shape rule of every operator, by name: from what is known of a node's inputs to what follows for its outputs.</summary>
internal static class ShapeRules
{
    private static readonly FrozenDictionary<string, Action<Step>> Rules = Build().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The operators that have a rule.</summary>
    public static IEnumerable<string> Operators => Rules.Keys;

    /// <summary>The rule for a node, or null.</summary>
    public static Action<Step>? Find(Node node) =>
        node.Domain is "" or "ai.onnx" && Rules.TryGetValue(node.Op, out var rule) ? rule : null;

    private static Dictionary<string, Action<Step>> Build()
    {
        var rules = new Dictionary<string, Action<Step>>(StringComparer.Ordinal);
        ElementwiseShapes.AddTo(rules);
        ShapeArithmetic.AddTo(rules);
        WindowShapes.AddTo(rules);
        LayoutShapes.AddTo(rules);
        IndexingShapes.AddTo(rules);
        ReductionShapes.AddTo(rules);
        MatrixShapes.AddTo(rules);
        rules["Resize"] = ResizeShapes.Resize;
        return rules;
    }
}
