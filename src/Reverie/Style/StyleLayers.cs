using Reverie.Models;
using Reverie.Onnx.Shapes;

namespace Reverie.Style;

/// <summary>Which layers of a network style and content are read from.</summary>
internal static class StyleLayers
{
    private const int Side = 256, MostStyleLayers = 5, ContentStride = 8;
    private static readonly string[] ReluStyle = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"];
    private static readonly string[] ReluContent = ["relu4_2"];
    private static readonly HashSet<string> Activations =
        new(["Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "HardSwish", "Mish", "Softplus", "Clip", "ThresholdedRelu"], StringComparer.Ordinal);

    /// <summary>The layers of style: those of Gatys where the network has their names, else what the card recommends, else the first activation at each of five sizes.</summary>
    /// <exception cref="ReverieException">No layer will do.</exception>
    public static IReadOnlyList<string> Style(Network network) =>
        ReluStyle.All(network.IsLayer) ? ReluStyle
        : network.Card.Layers.Style is { Count: > 0 } card ? card
        : [.. Ladder(network).GroupBy(step => step.Stride).Select(group => group.First().Layer).Take(MostStyleLayers)];

    /// <summary>The layers of content, by the same order of preference: the last activation at an eighth of the picture's size.</summary>
    /// <exception cref="ReverieException">No layer will do.</exception>
    public static IReadOnlyList<string> Content(Network network)
    {
        if (ReluContent.All(network.IsLayer)) return ReluContent;
        if (network.Card.Layers.Content is { Count: > 0 } card) return card;
        var ladder = Ladder(network);
        return [ladder.LastOrDefault(step => step.Stride <= ContentStride, ladder[0]).Layer];
    }

    // The activations from the picture downwards, with how many pixels one of their places stands for.
    private static List<(string Layer, int Stride)> Ladder(Network network)
    {
        var shapes = ShapeInference.Resolve(network.Graph, new Dictionary<string, long[]> { [network.Input] = network.Preprocessing.Shape(1, Side, Side) });
        var found = new List<(string, int)>();
        foreach (var node in network.Graph.Nodes.Where(node => Activations.Contains(node.Op)))
            if (shapes.TryGetValue(node.Output, out var shape) && shape is [1, > 1, > 1 and <= Side, > 1])
                found.Add((node.Output, (int)Math.Round((double)Side / shape[2])));
        return found.Count > 0 ? found
            : throw new ReverieException($"{network.Name} has no activations that look like layers of a picture; name them with --style-layers and --content-layers");
    }
}
