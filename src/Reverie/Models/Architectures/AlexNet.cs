using Reverie.Models.Weights;
using Reverie.Onnx;

namespace Reverie.Models.Architectures;

/// <summary>torchvision's AlexNet, after Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014): five convolutions, three fully connected layers.</summary>
internal sealed class AlexNet : Architecture
{
    public override string Name => "AlexNet";

    public override string? Recognise(StateDict weights) =>
        weights.ShapeOf("features.0.weight") is [_, 3, 11, 11] && weights.Has("features.10.weight") ? "alexnet" : null;

    internal override string Write(LayerWriter layers)
    {
        var x = LayerWriter.Input;
        (int Index, int Stride, int Pad, bool Pool)[] convolutions = [(0, 4, 2, true), (3, 1, 2, true), (6, 1, 1, false), (8, 1, 1, false), (10, 1, 1, true)];
        for (var number = 1; number <= convolutions.Length; number++)
        {
            var (index, stride, pad, pool) = convolutions[number - 1];
            x = layers.Relu(layers.Conv(x, $"features.{index}", $"conv{number}", stride, pad), $"relu{number}");
            if (pool) x = layers.MaxPool(x, $"pool{number}", 3, 2);
        }
        if (!layers.Weights.Has("classifier.1.weight")) return x;
        x = layers.Flatten(x, "flat");
        x = layers.Relu(layers.Linear(x, "classifier.1", "fc6"), "relu6");
        x = layers.Relu(layers.Linear(x, "classifier.4", "fc7"), "relu7");
        return layers.Linear(x, "classifier.6", "fc8");
    }

    private protected override LayerCard Layers(Graph graph) => new()
    {
        Dream = ["relu3", "relu4", "relu5", "relu2"],
        Style = ["relu1", "relu2", "relu3", "relu4", "relu5"],
        Content = ["relu4"],
    };
}
