using Reverie.Models.Weights;
using Reverie.Onnx;

namespace Reverie.Models.Architectures;

/// <summary>
/// VGG-11 to VGG-19, with or without batch normalisation (Simonyan and Zisserman, 2014), and any other stack of 3x3 convolutions in torchvision's naming:
/// the gaps between the numbers of the convolutions tell where normalisation and pools are.
/// </summary>
internal sealed class Vgg : Architecture
{
    public override string Name => "VGG";

    public override string? Recognise(StateDict weights)
    {
        if (weights.ShapeOf("features.0.weight") is not [64, 3, 3, 3] || weights.Has("classifier.1.weight") || weights.Names.Any(name => name.Contains("squeeze", StringComparison.Ordinal))) return null;
        var plan = Plan(weights);
        return plan.Count < 2 ? null : $"vgg{plan.Count + 3}{(plan[0].Normalised ? "_bn" : "")}";
    }

    internal override string Write(LayerWriter layers)
    {
        var x = LayerWriter.Input;
        var (block, number) = (1, 1);
        foreach (var (index, normalised, pool) in Plan(layers.Weights))
        {
            x = layers.Conv(x, $"features.{index}", $"conv{block}_{number}", pad: 1);
            if (normalised) x = layers.BatchNorm(x, $"features.{index + 1}", $"bn{block}_{number}");
            x = layers.Relu(x, $"relu{block}_{number}");
            number++;
            if (!pool) continue;
            x = layers.MaxPool(x, $"pool{block}", 2, 2);
            (block, number) = (block + 1, 1);
        }
        if (!layers.Weights.Has("classifier.0.weight")) return x;
        x = layers.Flatten(x, "flat");
        x = layers.Relu(layers.Linear(x, "classifier.0", "fc6"), "relu6");
        x = layers.Relu(layers.Linear(x, "classifier.3", "fc7"), "relu7");
        return layers.Linear(x, "classifier.6", "fc8");
    }

    private protected override LayerCard Layers(Graph graph) => new()
    {
        Dream = Present(graph, "relu4_4", "relu4_3", "relu4_2", "relu5_1", "relu3_3", "relu3_2"),
        Style = Present(graph, "relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
        Content = Present(graph, "relu4_2"),
    };

    /// <summary>The convolutions: the number of each, whether a normalisation follows it, and whether a pool does.</summary>
    private static List<(int Index, bool Normalised, bool Pool)> Plan(StateDict weights)
    {
        var indices = new List<int>();
        for (var index = 0; index < 1000; index++)
            if (weights.ShapeOf($"features.{index}.weight") is [_, _, 3, 3]) indices.Add(index);
        var plan = new List<(int, bool, bool)>();
        for (var number = 0; number < indices.Count; number++)
        {
            var normalised = weights.Has($"features.{indices[number] + 1}.running_mean");
            // The convolution, its normalisation and its ReLU take one number each; a number more is a pool. The last block ends in one.
            var pool = number + 1 == indices.Count || indices[number + 1] - indices[number] > (normalised ? 3 : 2);
            plan.Add((indices[number], normalised, pool));
        }
        return plan;
    }
}
