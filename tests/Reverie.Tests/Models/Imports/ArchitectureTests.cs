using System.Text.Json;
using Reverie.Models;
using Reverie.Models.Architectures;
using Reverie.Models.Weights;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Tests.Models.Imports;

/// <summary>Weights in torchvision's naming give the logits that torchvision computes from them.</summary>
public class ArchitectureTests
{
    private static readonly JsonDocument References = JsonDocument.Parse(File.ReadAllText(Shared.InRepository("tests", "references", "imports.json")));

    [Theory]
    [InlineData("alexnet")]
    [InlineData("vgg11")]
    [InlineData("vgg13_bn")]
    [InlineData("resnet18")]
    [InlineData("resnext50_32x4d")]
    [InlineData("squeezenet1_0")]
    [InlineData("squeezenet1_1")]
    [InlineData("googlenet")]
    [InlineData("inception_v3")]
    public void Logits_equal_those_of_PyTorch(string name)
    {
        var reference = References.RootElement.GetProperty("networks").GetProperty(name);
        var model = Architecture.Import(Weights(reference));
        using var network = Network.Load(model.ToBytes(), "imported");
        Assert.StartsWith(network.Card.Name, name, StringComparison.Ordinal);
        Assert.Equal(1000, network.Labels?.Count);

        var side = network.Card.Input.Size![0];
        float[] picture = [.. FormulaWeights.Fill("picture", 3 * side * side).Select(value => value * 10)];
        using var input = RuntimeTensor.Of(picture, 1, 3, side, side);
        using var results = network.CompiledTo(network.Card.Output.Logits!).Run(new Dictionary<string, RuntimeTensor> { [network.Input] = input });
        var logits = results[network.Graph.Resolve(network.Card.Output.Logits!)].ToDoubles();
        var expected = reference.GetProperty("logits").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        var scale = reference.GetProperty("norm").GetDouble() / Math.Sqrt(1000);
        for (var index = 0; index < expected.Length; index++) Assert.InRange(Math.Abs(logits[index * 25] - expected[index]) / scale, 0, 1e-5);
        Assert.Equal(1, Math.Sqrt(logits.Sum(value => value * value)) / reference.GetProperty("norm").GetDouble(), 1e-5);
    }

    [Fact]
    public void A_network_without_its_classifier_is_an_encoder()
    {
        var reference = References.RootElement.GetProperty("networks").GetProperty("vgg11");
        var model = Architecture.Import(Weights(reference, name => name.StartsWith("features.", StringComparison.Ordinal)));
        using var network = Network.Load(model.ToBytes(), "imported");
        Assert.Null(network.Card.Output.Logits);
        Assert.Equal(["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"], network.Card.Layers.Style);
        Assert.Null(network.SizeReason);
    }

    [Fact]
    public void Unknown_weights_are_refused_with_a_way_out()
    {
        var message = Assert.Throws<ReverieException>(() => Architecture.Import(new([new("encoder.block.weight", Tensor.Of<float>([1], 1))]))).Message;
        Assert.Contains("encoder.block.weight", message, StringComparison.Ordinal);
        Assert.Contains("torch.onnx.export", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_weight_is_named()
    {
        var reference = References.RootElement.GetProperty("networks").GetProperty("squeezenet1_1");
        var message = Assert.Throws<ReverieException>(() => Architecture.Import(Weights(reference, name => name != "features.7.expand3x3.bias" && name != "features.7.expand1x1.weight"))).Message;
        Assert.Contains("features.7.expand1x1.weight", message, StringComparison.Ordinal);
    }

    private static StateDict Weights(JsonElement reference, Func<string, bool>? keep = null) => new(
        reference.GetProperty("weights").EnumerateObject().Where(weight => keep?.Invoke(weight.Name) ?? true).Select(weight =>
        {
            long[] shape = [.. weight.Value.EnumerateArray().Select(size => size.GetInt64())];
            return KeyValuePair.Create(weight.Name, Tensor.Of<float>(FormulaWeights.Fill(weight.Name, shape), shape));
        }));
}
