using Reverie.Onnx.Shapes;

namespace Reverie.Onnx.Rewrites;

/// <summary>
/// Removes nodes that hand their input on unchanged: Identity, Dropout (which does nothing at inference), and Cast to the type the input has.
/// The names of the tensors they wrote become aliases.
/// </summary>
public static class RemoveIdentity
{
    /// <summary>
    /// Removes them in place. Outputs of the graph keep their names: where one was written by an Identity, the tensor it copied takes its name.
    /// An Identity that copies an input, a constant or another output to an output has to stay.
    /// </summary>
    public static void Apply(Graph graph)
    {
        var facts = Inference.Run(graph);
        var outputs = graph.Outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var read = graph.Nodes.SelectMany(node => node.Inputs).ToHashSet(StringComparer.Ordinal);
        var computed = new HashSet<string>(StringComparer.Ordinal);
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        var kept = new List<Node>(graph.Nodes.Count);
        foreach (var node in graph.Nodes)
        {
            for (var index = 0; index < node.Inputs.Count; index++) node.Inputs[index] = graph.Resolve(node.Inputs[index]);
            if (!IsIdentity(graph, node, facts, name => read.Contains(name) || outputs.Contains(name)))
            {
                kept.Add(node);
                computed.UnionWith(node.Outputs);
                continue;
            }
            var (source, copy) = (node.Inputs[0], node.Output);
            if (!outputs.Contains(copy)) graph.Aliases[copy] = source;
            else if (computed.Contains(source) && !outputs.Contains(source) && renamed.TryAdd(source, copy)) computed.Add(copy);
            else
            {
                // a Dropout that cannot be removed is at least an Identity
                var identity = new Node("Identity", [source], [copy]) { Name = node.Name };
                kept.Add(identity);
                computed.Add(copy);
            }
        }
        foreach (var node in kept)
        {
            Rename(node.Inputs, renamed);
            Rename(node.Outputs, renamed);
        }
        foreach (var (source, copy) in renamed)
        {
            graph.Aliases[source] = copy;
            graph.Types.Remove(source);
        }
        graph.ReplaceNodes(kept);
    }

    private static bool IsIdentity(Graph graph, Node node, Dictionary<string, Fact> facts, Func<string, bool> isUsed)
    {
        if (node.Domain.Length > 0) return false;
        switch (node.Op)
        {
            case "Identity":
                return true;
            case "Dropout":
                var training = node.HasInput(2) && !(graph.Constants.TryGetValue(node.Input(2), out var flag) && flag.Count == 1 && flag.ToInts()[0] == 0);
                return !training && !(node.Outputs.Count > 1 && isUsed(node.Outputs[1]));
            case "Cast":
                var type = facts.TryGetValue(node.Input(0), out var fact) ? fact.Element : ElementType.Undefined;
                return type != ElementType.Undefined && type == (ElementType)node.Int("to", 0);
            default:
                return false;
        }
    }

    private static void Rename(List<string> names, Dictionary<string, string> renamed)
    {
        for (var index = 0; index < names.Count; index++)
            if (renamed.TryGetValue(names[index], out var name)) names[index] = name;
    }
}
