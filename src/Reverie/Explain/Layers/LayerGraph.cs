using Reverie.Onnx;

namespace Reverie.Explain;

/// <summary>The rest of a network, from a layer on: the layer is an input, and the picture too where a branch goes around the layer.</summary>
internal static class LayerGraph
{
    /// <summary>The graph whose first input is the layer. The given graph is not changed.</summary>
    public static Graph From(Graph graph, string layer, string target)
    {
        var work = graph.Clone();
        var type = work.TypeOf(layer) ?? new TensorType(ElementType.Float, null);
        foreach (var node in work.Nodes)
            for (var index = 0; index < node.Outputs.Count; index++)
                if (node.Outputs[index] == layer) node.Outputs[index] = work.Fresh($"computed/{layer}");
        work.Inputs.RemoveAll(input => input.Name == layer);
        work.Inputs.Insert(0, new(layer, type));
        work.Refresh();
        var rest = work.Cut([target]);
        return rest.Inputs.Exists(input => input.Name == layer) ? rest : throw new ReverieException($"the target does not depend on '{layer}'");
    }
}
