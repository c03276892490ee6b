using System.Collections.Frozen;

namespace Reverie.Onnx.Schema;

/// <summary>All operators that Reverie reads.</summary>
public static class OperatorSchemas
{
    private static readonly FrozenDictionary<(string Domain, string Name), OperatorSchema> Known = ((IEnumerable<OperatorSchema>)
    [
        .. ElementwiseOperators.All, .. WindowOperators.All, .. LinearOperators.All, .. NormalizationOperators.All, .. ReductionOperators.All,
        .. ShapingOperators.All, .. ResizingOperators.All, .. IndexingOperators.All, .. QuantizationOperators.All,
    ]).ToFrozenDictionary(schema => (schema.Domain, schema.Name));

    /// <summary>Every operator, ordered by domain and name.</summary>
    public static IReadOnlyList<OperatorSchema> All { get; } =
        [.. Known.Values.OrderBy(schema => schema.Domain, StringComparer.Ordinal).ThenBy(schema => schema.Name, StringComparer.Ordinal)];

    /// <summary>The schema of an operator, or null where Reverie does not know it.</summary>
    public static OperatorSchema? Find(string domain, string name) => Known.GetValueOrDefault((domain, name));
}
