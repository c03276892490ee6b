using Reverie.Onnx;
using Reverie.Onnx.Rewrites;
using Reverie.Onnx.Wire;

namespace Reverie.Runtime;

/// <summary>Serialises a graph for ONNX Runtime.</summary>
internal static class SessionModel
{
    // Below this a graph's constants travel inside the model, where a file would only cost time.
    private const long FileFrom = 4 << 20;

    /// <summary>The model's bytes; its large constants are in <paramref name="weights"/> if there are many.</summary>
    public static byte[] Serialize(Graph graph, ref WeightFile? weights)
    {
        var legal = Legalize.Apply(graph);
        var model = new Model { Producer = "Reverie", Graph = Prune(legal) };
        if (legal.Nodes.Any(node => node.Domain == Legalize.MicrosoftDomain)) model.OtherOpsets[Legalize.MicrosoftDomain] = 1;
        if (model.Graph.Constants.Values.Sum(tensor => (long)tensor.Data.Length) < FileFrom) return model.ToBytes();
        byte[] bytes = [];
        weights = WeightFile.Create(stream => bytes = ModelWriter.ToBytes(model, stream, WeightFile.Name));
        return bytes;
    }

    /// <summary>The graph without what its outputs do not need, but with all of its inputs, and outputs whose types are left to ONNX Runtime to infer.</summary>
    private static Graph Prune(Graph graph)
    {
        var pruned = graph.Cut(graph.Outputs.Select(output => output.Name), keepInputs: true);
        var outputs = pruned.Outputs.Select(output => output with { Type = new(ElementType.Undefined, null) }).ToList();
        pruned.Outputs.Clear();
        pruned.Outputs.AddRange(outputs);
        return pruned;
    }
}
