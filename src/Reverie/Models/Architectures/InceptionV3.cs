using Reverie.Models.Weights;
using Reverie.Onnx;

namespace Reverie.Models.Architectures;

/// <summary>torchvision's Inception v3 (Szegedy et al., "Rethinking the Inception Architecture", 2015), without the auxiliary classifier that only training needs.</summary>
internal sealed class InceptionV3 : Architecture
{
    public override string Name => "Inception v3";

    private protected override InputCard Input => new() { Mean = [0.5f, 0.5f, 0.5f], Std = [0.5f, 0.5f, 0.5f], Size = [299, 299] };

    private protected override string Notes => "torchvision's published weights come from TensorFlow and expect pictures from -1 to 1, which this card states; a network trained with torchvision's usual mean and deviation needs another card";

    public override string? Recognise(StateDict weights) => weights.Has("Mixed_5b.branch1x1.conv.weight") && weights.Has("Conv2d_1a_3x3.conv.weight") ? "inception_v3" : null;

    internal override string Write(LayerWriter layers)
    {
        var x = Unit(layers, LayerWriter.Input, "Conv2d_1a_3x3", 2);
        x = Unit(layers, Unit(layers, x, "Conv2d_2a_3x3"), "Conv2d_2b_3x3", 1, 1);
        x = layers.MaxPool(x, "maxpool1", 3, 2);
        x = Unit(layers, Unit(layers, x, "Conv2d_3b_1x1"), "Conv2d_4a_3x3");
        x = layers.MaxPool(x, "maxpool2", 3, 2);
        foreach (var letter in "bcd") x = Grid35(layers, x, $"Mixed_5{letter}");
        x = layers.Concat(
        [
            Unit(layers, x, "Mixed_6a.branch3x3", 2),
            Unit(layers, Chain(layers, x, "Mixed_6a", "branch3x3dbl_1", "branch3x3dbl_2"), "Mixed_6a.branch3x3dbl_3", 2),
            layers.MaxPool(x, "Mixed_6a.pool", 3, 2),
        ], "Mixed_6a");
        foreach (var letter in "bcde") x = Grid17(layers, x, $"Mixed_6{letter}");
        x = layers.Concat(
        [
            Unit(layers, Chain(layers, x, "Mixed_7a", "branch3x3_1"), "Mixed_7a.branch3x3_2", 2),
            Unit(layers, Chain(layers, x, "Mixed_7a", "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3"), "Mixed_7a.branch7x7x3_4", 2),
            layers.MaxPool(x, "Mixed_7a.pool", 3, 2),
        ], "Mixed_7a");
        foreach (var letter in "bc") x = Grid8(layers, x, $"Mixed_7{letter}");
        if (!layers.Weights.Has("fc.weight")) return x;
        return layers.Linear(layers.Flatten(layers.GlobalAverage(x, "avgpool"), "flat"), "fc", "fc");
    }

    private protected override LayerCard Layers(Graph graph) => new()
    {
        Dream = ["Mixed_6b", "Mixed_6c", "Mixed_5d", "Mixed_6d", "Mixed_7a"],
        Style = ["Conv2d_2b_3x3", "Conv2d_4a_3x3", "Mixed_5b", "Mixed_5d", "Mixed_6c"],
        Content = ["Mixed_5d"],
    };

    private static string Grid35(LayerWriter layers, string x, string name) => layers.Concat(
    [
        Unit(layers, x, $"{name}.branch1x1"),
        Chain(layers, x, name, "branch5x5_1", "branch5x5_2"),
        Chain(layers, x, name, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
        Chain(layers, layers.AveragePool(x, $"{name}.pool", 3, 1, 1), name, "branch_pool"),
    ], name);

    private static string Grid17(LayerWriter layers, string x, string name) => layers.Concat(
    [
        Unit(layers, x, $"{name}.branch1x1"),
        Chain(layers, x, name, "branch7x7_1", "branch7x7_2", "branch7x7_3"),
        Chain(layers, x, name, "branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5"),
        Chain(layers, layers.AveragePool(x, $"{name}.pool", 3, 1, 1), name, "branch_pool"),
    ], name);

    private static string Grid8(LayerWriter layers, string x, string name)
    {
        var once = Chain(layers, x, name, "branch3x3_1");
        var twice = Chain(layers, x, name, "branch3x3dbl_1", "branch3x3dbl_2");
        return layers.Concat(
        [
            Unit(layers, x, $"{name}.branch1x1"),
            Chain(layers, once, name, "branch3x3_2a"),
            Chain(layers, once, name, "branch3x3_2b"),
            Chain(layers, twice, name, "branch3x3dbl_3a"),
            Chain(layers, twice, name, "branch3x3dbl_3b"),
            Chain(layers, layers.AveragePool(x, $"{name}.pool", 3, 1, 1), name, "branch_pool"),
        ], name);
    }

    // Convolutions that keep the size: padded by half of their kernel, which may be 1 x 7.
    private static string Chain(LayerWriter layers, string x, string block, params ReadOnlySpan<string> names)
    {
        foreach (var name in names) x = Unit(layers, x, $"{block}.{name}", 1, null);
        return x;
    }

    private static string Unit(LayerWriter layers, string x, string name, int stride = 1, int? pad = 0) =>
        layers.Relu(layers.BatchNorm(layers.Conv(x, $"{name}.conv", $"{name}.conv", stride, pad), $"{name}.bn", $"{name}.bn", 1e-3f), name);
}
