using Reverie.Models.Weights;
using Reverie.Onnx;

namespace Reverie.Models.Architectures;

/// <summary>SqueezeNet 1.0 and 1.1 (Iandola et al., 2016) as torchvision builds them: fire modules, pools that round up, a 1x1 convolution as classifier.</summary>
internal sealed class SqueezeNet : Architecture
{
    public override string Name => "SqueezeNet";

    public override string? Recognise(StateDict weights) => !weights.Has("features.3.squeeze.weight") ? null : weights.ShapeOf("features.0.weight") switch
    {
        [96, 3, 7, 7] => "squeezenet1_0",
        [64, 3, 3, 3] => "squeezenet1_1",
        _ => null,
    };

    internal override string Write(LayerWriter layers)
    {
        int[] pools = layers.Weights.ShapeOf("features.0.weight") is [96, ..] ? [2, 6, 11] : [2, 5, 8];
        var x = layers.Relu(layers.Conv(LayerWriter.Input, "features.0", "conv1", 2), "relu1");
        var fire = 2;
        for (var index = 2; index <= 12; index++)
        {
            if (pools.Contains(index)) x = layers.MaxPool(x, $"pool{fire - 1}", 3, 2, ceil: true);
            else x = Fire(layers, x, $"features.{index}", $"fire{fire++}");
        }
        if (!layers.Weights.Has("classifier.1.weight")) return x;
        x = layers.Relu(layers.Conv(x, "classifier.1", "conv10"), "relu10");
        return layers.Flatten(layers.GlobalAverage(x, "pool10"), "logits");
    }

    private protected override LayerCard Layers(Graph graph) => new()
    {
        Dream = ["fire6/concat", "fire5/concat", "fire8/concat", "fire4/concat"],
        Style = ["relu1", "fire2/concat", "fire4/concat", "fire6/concat", "fire8/concat"],
        Content = ["fire6/concat"],
    };

    private static string Fire(LayerWriter layers, string x, string weights, string name)
    {
        x = layers.Relu(layers.Conv(x, $"{weights}.squeeze", $"{name}/squeeze1x1"), $"{name}/relu_squeeze1x1");
        var small = layers.Relu(layers.Conv(x, $"{weights}.expand1x1", $"{name}/expand1x1"), $"{name}/relu_expand1x1");
        var large = layers.Relu(layers.Conv(x, $"{weights}.expand3x3", $"{name}/expand3x3", pad: 1), $"{name}/relu_expand3x3");
        return layers.Concat([small, large], $"{name}/concat");
    }
}
