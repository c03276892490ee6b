using Reverie.Models.Weights;
using Reverie.Onnx;

namespace Reverie.Models.Architectures;

/// <summary>
/// torchvision's GoogLeNet (Szegedy et al., 2014, with batch normalisation and, where the paper has a 5x5 convolution, a 3x3 one). The two auxiliary
/// classifiers, which only training needs, are left out.
/// </summary>
internal sealed class GoogLeNet : Architecture
{
    public override string Name => "GoogLeNet";

    private protected override InputCard Input => new() { Mean = [0.5f, 0.5f, 0.5f], Std = [0.5f, 0.5f, 0.5f], Size = [224, 224] };

    private protected override string Notes => "torchvision's published weights come from TensorFlow and expect pictures from -1 to 1, which this card states; a network trained with torchvision's usual mean and deviation needs another card";

    public override string? Recognise(StateDict weights) => weights.Has("inception3a.branch1.conv.weight") && weights.Has("conv1.conv.weight") ? "googlenet" : null;

    internal override string Write(LayerWriter layers)
    {
        var x = Unit(layers, LayerWriter.Input, "conv1", 2, 3);
        x = layers.MaxPool(x, "maxpool1", 3, 2, ceil: true);
        x = Unit(layers, Unit(layers, x, "conv2"), "conv3", 1, 1);
        x = layers.MaxPool(x, "maxpool2", 3, 2, ceil: true);
        x = Inception(layers, Inception(layers, x, "inception3a"), "inception3b");
        x = layers.MaxPool(x, "maxpool3", 3, 2, ceil: true);
        foreach (var letter in "abcde") x = Inception(layers, x, $"inception4{letter}");
        x = layers.MaxPool(x, "maxpool4", 2, 2, ceil: true);
        x = Inception(layers, Inception(layers, x, "inception5a"), "inception5b");
        if (!layers.Weights.Has("fc.weight")) return x;
        return layers.Linear(layers.Flatten(layers.GlobalAverage(x, "avgpool"), "flat"), "fc", "fc");
    }

    private protected override LayerCard Layers(Graph graph) => new()
    {
        Dream = ["inception4c", "inception4d", "inception4b", "inception3b", "inception5a"],
        Style = ["conv1", "conv3", "inception3a", "inception4a", "inception4d"],
        Content = ["inception4c"],
    };

    private static string Inception(LayerWriter layers, string x, string name)
    {
        var pooled = layers.MaxPool(x, $"{name}.pool", 3, 1, 1, ceil: true);
        return layers.Concat(
        [
            Unit(layers, x, $"{name}.branch1"),
            Unit(layers, Unit(layers, x, $"{name}.branch2.0"), $"{name}.branch2.1", 1, 1),
            Unit(layers, Unit(layers, x, $"{name}.branch3.0"), $"{name}.branch3.1", 1, 1),
            Unit(layers, pooled, $"{name}.branch4.1"),
        ], name);
    }

    private static string Unit(LayerWriter layers, string x, string name, int stride = 1, int pad = 0) =>
        layers.Relu(layers.BatchNorm(layers.Conv(x, $"{name}.conv", $"{name}.conv", stride, pad), $"{name}.bn", $"{name}.bn", 1e-3f), name);
}
