using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Explain;

/// <summary>A graph that runs twice side by side: on the input, and on a reference input, whose tensors bear the same names with a prefix.</summary>
internal sealed class ReferenceGraph
{
    private readonly HashSet<string> _doubled;

    private ReferenceGraph(Graph graph, HashSet<string> doubled) => (Graph, _doubled) = (graph, doubled);

    /// <summary>The doubled graph; its inputs are doubled too.</summary>
    public Graph Graph { get; }

    /// <summary>The name of a tensor's twin.</summary>
    public static string Name(string tensor) => $"reference/{tensor}";

    /// <summary>The tensor that a tensor is compared with: its twin, or itself where it does not depend on the input.</summary>
    public string this[string tensor] => _doubled.Contains(tensor) ? Name(tensor) : tensor;

    /// <summary>Whether a tensor depends on the input.</summary>
    public bool Changes(string tensor) => _doubled.Contains(tensor);

    /// <summary>Doubles a graph, which is not changed. Normalisations are taken apart before.</summary>
    public static ReferenceGraph Of(Graph graph)
    {
        var work = Decomposition.Apply(graph);
        var doubled = work.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var twins = new List<Node>();
        foreach (var node in work.Nodes)
        {
            if (!node.Inputs.Any(doubled.Contains)) continue;
            var twin = node.Clone();
            Rename(twin.Inputs, doubled.Contains);
            Rename(twin.Outputs, output => output.Length > 0);
            if (twin.Name.Length > 0) twin.Name = Name(twin.Name);
            twins.Add(twin);
            doubled.UnionWith(node.Outputs.Where(output => output.Length > 0));
        }
        foreach (var input in work.Inputs.ToList()) work.Inputs.Add(input with { Name = Name(input.Name) });
        work.ReplaceNodes([.. work.Nodes, .. twins]);
        ShapeInference.Infer(work);
        return new(work, doubled);
    }

    private static void Rename(List<string> names, Func<string, bool> where)
    {
        for (var index = 0; index < names.Count; index++)
            if (where(names[index])) names[index] = Name(names[index]);
    }
}
