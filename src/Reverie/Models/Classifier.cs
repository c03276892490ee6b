using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Models;

/// <summary>Cuts a network before its classifier, whose fully connected layers often hold most of the weights and are of no use to dreams and styles.</summary>
public static class Classifier
{
    /// <summary>The model as far as its last layer that still has places: everything after it works on one vector per picture.</summary>
    /// <param name="model">The model; it is not changed, and its weights are shared.</param>
    /// <param name="card">Its card, kept without the classifier's part; null for the one in the model's metadata, if any.</param>
    /// <exception cref="ReverieException">No layer of it has places.</exception>
    public static Model CutOff(Model model, ModelCard? card = null)
    {
        var graph = CanonicalModel.From(model).Sizes.Graph;
        ShapeInference.Infer(graph);
        // With free sizes, a layer has places where its last two dimensions depend on those of the picture.
        var last = graph.Nodes.FindLast(node => graph.TypeOf(node.Output)?.Shape is [_, _, { IsKnown: false }, { IsKnown: false }]
            || graph.TypeOf(node.Output)?.Shape is [_, _, { Value: > 1 }, { Value: > 1 }])
            ?? throw new ReverieException("the network has no layers with places, so that nothing would remain of it");
        var name = model.Graph.Nodes.Exists(node => node.Outputs.Contains(last.Output)) ? last.Output
            : throw new ReverieException($"the network cannot be cut at '{last.Output}', which its file does not name");
        var cut = new Model { IrVersion = model.IrVersion, Opset = model.Opset, Producer = model.Producer, Graph = model.Graph.Cut([name]) };
        foreach (var (domain, version) in model.OtherOpsets) cut.OtherOpsets[domain] = version;
        foreach (var (key, value) in model.Metadata) cut.Metadata[key] = value;
        if (card is null && model.Metadata.TryGetValue(ModelCard.MetadataKey, out var text)) card = ModelCard.Parse(text, "in the model's metadata");
        if (card is not null) cut.Metadata[ModelCard.MetadataKey] = (card with { Output = new(), Labels = null, Sha256 = null, Layers = card.Layers.Within(cut.Graph) }).ToJson();
        return cut;
    }
}
