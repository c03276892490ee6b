using Reverie.Onnx;
using Reverie.Onnx.Rewrites;
using Reverie.Onnx.Wire;
using Reverie.Runtime.Kernels;

namespace Reverie.Runtime;

/// <summary>Serialises a graph for ONNX Runtime.</summary>
internal static class SessionModel
{
    // Below this a graph's constants travel inside the model, where a file would only cost time.
    private const long FileFrom = 4 << 20;
    private const long LargeDense = 100 << 20;

    /// <summary>The model for ONNX Runtime: operators as it knows them, some of our own, and nothing that the outputs do not need.</summary>
    public static Model Prepare(Graph graph, RuntimeOptions options)
    {
        var ready = Prune(Legalize.Apply(graph));
        if (options.HasOwnKernels) ready = KernelRewrites.Apply(ready, options.ThreadCount, Prune);
        var model = new Model { Producer = "Reverie", Graph = ready };
        foreach (var domain in ready.Nodes.Select(node => node.Domain).Where(domain => domain.Length > 0).Distinct(StringComparer.Ordinal)) model.OtherOpsets[domain] = 1;
        return model;
    }

    /// <summary>The model's bytes; its large constants are in <paramref name="weights"/> if there are many.</summary>
    public static byte[] Serialize(Model model, ref WeightFile? weights)
    {
        if (model.Graph.Constants.Values.Sum(tensor => (long)tensor.Data.Length) < FileFrom) return model.ToBytes();
        byte[] bytes = [];
        weights = WeightFile.Create(stream => bytes = ModelWriter.ToBytes(model, stream, WeightFile.Name));
        // copied as they are: their pages in the model's own file are not needed any more
        MappedFile.DropPages();
        return bytes;
    }

    /// <summary>
    /// Whether ONNX Runtime should leave weights as they are instead of packing a copy for its matrix products. Packing pays for many rows; the fully connected layers of
    /// a classifier of old have one row for each item, and with their weights, forward and backward, they fill hundreds of megabytes (VGG-19 at 224: 1.5 instead of 2.2 GB).
    /// </summary>
    public static bool HasLargeDenseLayers(Graph graph) =>
        graph.Nodes.Where(node => node.Op == "Gemm" && node.Domain.Length == 0).Sum(node => graph.Constants.TryGetValue(node.Input(1), out var weights) ? (long)weights.Data.Length : 0) >= LargeDense;

    /// <summary>The graph without what its outputs do not need, but with all of its inputs, and outputs whose types are left to ONNX Runtime to infer.</summary>
    internal static Graph Prune(Graph graph)
    {
        var pruned = graph.Cut(graph.Outputs.Select(output => output.Name), keepInputs: true);
        var outputs = pruned.Outputs.Select(output => output with { Type = new(ElementType.Undefined, null) }).ToList();
        pruned.Outputs.Clear();
        pruned.Outputs.AddRange(outputs);
        return pruned;
    }
}
