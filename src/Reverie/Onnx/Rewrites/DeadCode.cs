namespace Reverie.Onnx.Rewrites;

/// <summary>Drops what no output needs.</summary>
public static class DeadCode
{
    // Operators whose outputs after the first may be left out.
    private static readonly HashSet<string> Optional = ["MaxPool", "Dropout", "LayerNormalization", "BatchNormalization"];

    /// <summary>Removes, in place, the nodes, constants and further outputs of nodes that no output of the graph needs. Inputs stay.</summary>
    public static void Remove(Graph graph)
    {
        var needed = graph.Outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var kept = new List<Node>(graph.Nodes.Count);
        for (var index = graph.Nodes.Count - 1; index >= 0; index--)
        {
            var node = graph.Nodes[index];
            if (!node.Outputs.Exists(needed.Contains)) continue;
            if (Optional.Contains(node.Op))
                while (node.Outputs.Count > 1 && !needed.Contains(node.Outputs[^1])) node.Outputs.RemoveAt(node.Outputs.Count - 1);
            needed.UnionWith(node.Inputs);
            kept.Add(node);
        }
        kept.Reverse();
        foreach (var name in graph.Constants.Keys.Where(name => !needed.Contains(name)).ToList()) graph.Constants.Remove(name);
        graph.ReplaceNodes(kept);
        foreach (var name in graph.Types.Keys.Where(name => !graph.Has(name)).ToList()) graph.Types.Remove(name);
        foreach (var name in graph.Aliases.Keys.Where(name => !graph.Has(graph.Resolve(name))).ToList()) graph.Aliases.Remove(name);
    }
}
