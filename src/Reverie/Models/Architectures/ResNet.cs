using Reverie.Models.Weights;
using Reverie.Onnx;

namespace Reverie.Models.Architectures;

/// <summary>
/// ResNet-18 to ResNet-152 (He et al., 2015), ResNeXt and Wide ResNet as torchvision builds them: in bottlenecks the stride is on the 3x3 convolution.
/// </summary>
internal sealed class ResNet : Architecture
{
    private static readonly Dictionary<string, string> Known = new()
    {
        ["2,2,2,2"] = "resnet18",
        ["3,4,6,3"] = "resnet34",
        ["b3,4,6,3"] = "resnet50",
        ["b3,4,23,3"] = "resnet101",
        ["b3,8,36,3"] = "resnet152",
    };

    public override string Name => "ResNet";

    public override string? Recognise(StateDict weights)
    {
        if (weights.ShapeOf("conv1.weight") is not [_, 3, 7, 7] || !weights.Has("bn1.running_mean") || !weights.Has("layer1.0.conv1.weight")) return null;
        var blocks = string.Join(',', Enumerable.Range(1, 4).Select(stage => Blocks(weights, stage)));
        var plain = Known.GetValueOrDefault((HasBottleneck(weights) ? "b" : "") + blocks, "resnet");
        return (Groups(weights), weights.ShapeOf("layer1.0.conv1.weight")?[0]) switch
        {
            ( > 1 and var groups, _) => $"{plain.Replace("resnet", "resnext", StringComparison.Ordinal)}_{groups}",
            (_, > 64) => $"wide_{plain}",
            _ => plain,
        };
    }

    internal override string Write(LayerWriter layers)
    {
        var weights = layers.Weights;
        var (bottleneck, groups) = (HasBottleneck(weights), Groups(weights));
        var x = layers.Relu(layers.BatchNorm(layers.Conv(LayerWriter.Input, "conv1", "conv1", 2, 3), "bn1", "bn1"), "relu1");
        x = layers.MaxPool(x, "maxpool", 3, 2, 1);
        for (var stage = 1; stage <= 4; stage++)
            for (var block = 0; block < Blocks(weights, stage); block++)
            {
                var (name, stride) = ($"layer{stage}.{block}", stage > 1 && block == 0 ? 2 : 1);
                var y = bottleneck
                    ? Normalised(2, Normalised(1, x, name, 1, 0, 1), name, stride, 1, groups)
                    : Normalised(1, x, name, stride, 1, groups);
                var last = bottleneck ? 3 : 2;
                y = layers.BatchNorm(layers.Conv(y, $"{name}.conv{last}", $"{name}.conv{last}", 1, bottleneck ? 0 : 1), $"{name}.bn{last}", $"{name}.bn{last}");
                var shortcut = weights.Has($"{name}.downsample.0.weight")
                    ? layers.BatchNorm(layers.Conv(x, $"{name}.downsample.0", $"{name}.downsample.0", stride), $"{name}.downsample.1", $"{name}.downsample.1")
                    : x;
                x = layers.Relu(layers.Sum(y, shortcut, $"{name}.sum"), name);
            }
        if (!weights.Has("fc.weight")) return x;
        return layers.Linear(layers.Flatten(layers.GlobalAverage(x, "avgpool"), "flat"), "fc", "fc");

        string Normalised(int number, string input, string name, int stride, int pad, int grouped) =>
            layers.Relu(layers.BatchNorm(layers.Conv(input, $"{name}.conv{number}", $"{name}.conv{number}", stride, pad, grouped), $"{name}.bn{number}", $"{name}.bn{number}"), $"{name}.relu{number}");
    }

    private protected override LayerCard Layers(Graph graph)
    {
        var ends = Enumerable.Range(1, 4).Select(stage => graph.Nodes.FindLast(node => node.Output.StartsWith($"layer{stage}.", StringComparison.Ordinal) && node.Op == "Relu")!.Output).ToList();
        return new() { Dream = [ends[2], ends[1], ends[3]], Style = ["relu1", .. ends], Content = [ends[2]] };
    }

    private static bool HasBottleneck(StateDict weights) => weights.Has("layer1.0.conv3.weight");

    private static int Blocks(StateDict weights, int stage)
    {
        var count = 0;
        while (weights.Has($"layer{stage}.{count}.conv1.weight")) count++;
        return count;
    }

    // A bottleneck's inner convolution keeps its width, so that its weights show into how many groups it is split.
    private static int Groups(StateDict weights) =>
        HasBottleneck(weights) && weights.ShapeOf("layer1.0.conv2.weight") is [var width, > 0 and var perGroup, _, _] ? (int)(width / perGroup) : 1;
}
