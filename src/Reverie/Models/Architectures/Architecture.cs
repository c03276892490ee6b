using Reverie.Models.Weights;
using Reverie.Onnx;

namespace Reverie.Models.Architectures;

/// <summary>
/// A family of networks whose layers are known, so that a table of weights in torchvision's naming is enough to make an ONNX model of it.
/// </summary>
public abstract class Architecture
{
    // torchvision's preprocessing of all its classifiers.
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Std = [0.229f, 0.224f, 0.225f];

    /// <summary>All families; the one that recognises the weights is taken.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [new AlexNet(), new Vgg(), new ResNet(), new SqueezeNet(), new GoogLeNet(), new InceptionV3()];

    /// <summary>The family's name.</summary>
    public abstract string Name { get; }

    /// <summary>The member of the family that the weights are of, such as <c>resnet18</c>, or null where they are of another family.</summary>
    public abstract string? Recognise(StateDict weights);

    /// <summary>Writes the network.</summary>
    /// <exception cref="ReverieException">A weight is missing or of a wrong shape.</exception>
    internal abstract string Write(LayerWriter layers);

    /// <summary>Which tensors are worth using.</summary>
    private protected abstract LayerCard Layers(Graph graph);

    /// <summary>What the input means; torchvision's usual preprocessing unless a family was trained otherwise.</summary>
    private protected virtual InputCard Input => new() { Mean = Mean, Std = Std, Size = [224, 224] };

    /// <summary>What a user ought to know, or null.</summary>
    private protected virtual string? Notes => null;

    /// <summary>Makes a model, with its card in the metadata, of a table of weights.</summary>
    /// <exception cref="ReverieException">The weights are of no known family, or damaged.</exception>
    public static Model Import(StateDict weights)
    {
        foreach (var family in All)
        {
            if (family.Recognise(weights) is not { } name) continue;
            var layers = new LayerWriter(weights);
            var model = layers.Finish(name, family.Write(layers));
            var output = model.Graph.Outputs[0].Name;
            var classes = model.Graph.Nodes[^1] is { Op: "Gemm" } last ? model.Graph.Constants[last.Inputs[1]].Shape[0] : weights.Has("classifier.1.weight") ? weights["classifier.1.weight"].Shape[0] : 0;
            var card = new ModelCard
            {
                Name = name,
                Source = "imported from weights in torchvision's naming",
                Notes = family.Notes,
                Input = family.Input,
                Output = classes > 0 ? new() { Logits = output } : new(),
                Labels = classes == 1000 ? "imagenet1k" : null,
                Layers = family.Layers(model.Graph),
            };
            model.Metadata[ModelCard.MetadataKey] = card.ToJson();
            return model;
        }
        var first = string.Join(", ", weights.Names.Take(3));
        throw new ReverieException($"the weights ({first}, ...) are of no architecture that is known ({string.Join(", ", All.Select(family => family.Name))}, in torchvision's naming); export the network to ONNX with torch.onnx.export instead");
    }

    /// <summary>Those of some names that the graph has.</summary>
    private protected static string[] Present(Graph graph, params ReadOnlySpan<string> names)
    {
        var present = new List<string>();
        foreach (var name in names)
            if (graph.Has(name)) present.Add(name);
        return [.. present];
    }
}
