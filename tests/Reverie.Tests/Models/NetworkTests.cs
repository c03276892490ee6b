using Reverie.Models;
using Reverie.Onnx;

namespace Reverie.Tests.Models;

public class NetworkTests
{
    [Fact]
    public void The_embedded_network_is_complete()
    {
        var network = Network.Embedded;
        Assert.Equal("reverie-s", network.Name);
        Assert.False(network.Card.Inferred);
        Assert.Equal(1000, network.Labels!.Count);
        Assert.Equal("logits", network.Logits);
        Assert.True(network.IsLayer("relu4_3"));
        Assert.Same(network, Network.Load("reverie-s"));
        Assert.All(network.Graph.Constants.Values.Where(constant => constant.Type.IsFloating()), constant => Assert.Equal(ElementType.Float, constant.Type));
        using var file = File.OpenRead(Shared.InRepository("src", "Reverie", "Models", "Embedded", "reverie-s.onnx"));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)), network.Sha256);
    }

    [Theory]
    [InlineData("googlenet.onnx", "loss3/classifier", ChannelOrder.BGR)]
    [InlineData("squeezenet1.1.onnx", "pool10", ChannelOrder.BGR)]
    [InlineData("vgg19-16x.onnx", null, ChannelOrder.RGB)]
    public void Real_networks_load_with_their_cards(string file, string? logits, ChannelOrder channels)
    {
        using var network = Network.Load(Shared.Require("models", file));
        Assert.Equal(channels, network.Card.Input.Channels);
        Assert.Equal(logits, network.Card.Output.Logits);
        Assert.False(network.Card.Inferred);
        if (logits is null) Assert.Contains("has no logits", Assert.Throws<ReverieException>(() => network.Logits).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_card_one_is_inferred_and_said_to_be()
    {
        var model = Model.Read(Shared.Require("models", "squeezenet1.1.onnx"));
        model.Metadata.Clear();
        using var network = Network.Load(model.ToBytes(), "bare");
        Assert.True(network.Card.Inferred);
        Assert.Equal(("bare", "pool10", "prob"), (network.Name, network.Card.Output.Logits, network.Card.Output.Probabilities));
        Assert.Equal([0.485f, 0.456f, 0.406f], network.Card.Input.Mean);
        Assert.Equal(1000, network.Labels!.Count);
    }

    [Fact]
    public void A_card_beside_the_file_comes_before_the_one_inside()
    {
        using var folder = new Folder();
        var path = Path.Combine(folder.Path, "tiny.onnx");
        Tiny("""{"name": "inside"}""").Write(path);
        using (var network = Network.Load(path)) Assert.Equal("inside", network.Name);
        File.WriteAllText(Path.Combine(folder.Path, "tiny.card.json"), """{"name": "beside", "labels": "names.txt"}""");
        File.WriteAllText(Path.Combine(folder.Path, "names.txt"), "one\ntwo, zwei\n");
        using (var network = Network.Load(path))
        {
            Assert.Equal(("beside", 1), (network.Name, network.Labels!.Find("zwei")));
            Assert.Equal([8, 9], network.Card.Input.Size);
        }
        File.WriteAllText(Path.Combine(folder.Path, "names.txt"), "one\ntwo\nthree\n");
        using (var network = Network.Load(path)) Assert.Contains("names 3 classes, but beside has 2 logits", Refuse(() => network.Labels!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "line 1")]
    [InlineData("""{"output": {"logits": "score"}}""", "names 'score' as logits, but there is no tensor 'score'; did you mean scores?")]
    [InlineData("""{"layers": {"dream": ["none"]}}""", "names 'none' as a layer")]
    [InlineData("""{"input": {"layout": "NHWC"}}""", "layout NHWC")]
    [InlineData("""{"sha256": "00ff"}""", "SHA-256")]
    public void A_card_that_does_not_fit_the_network_is_refused(string card, string expected)
    {
        using var folder = new Folder();
        var path = Path.Combine(folder.Path, "tiny.onnx");
        Tiny(card).Write(path);
        var message = Refuse(() => Network.Load(path));
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("tiny.onnx", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_layer_is_named_with_or_without_channels()
    {
        var network = Network.Load(Tiny("{}", "conv:0").ToBytes(), "tiny");
        Assert.Equal(("conv:0", null), (LayerReference.Parse("conv:0", network).Tensor, LayerReference.Parse("conv:0", network).Channels));
        Assert.Equal([1, 0], LayerReference.Parse("conv:0:1,0", network).Channels!);
        Assert.Equal("conv:0:1,0", LayerReference.Parse("conv:0:1,0", network).ToString());
        Assert.Contains("has no channel 2; it has 2", Refuse(() => LayerReference.Parse("conv:0:2", network)), StringComparison.Ordinal);
        Assert.Contains("is not a channel", Refuse(() => LayerReference.Parse("conv:0:a", network)), StringComparison.Ordinal);
        Assert.Contains("did you mean conv:0?", Refuse(() => LayerReference.Parse("conv0", network)), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_names_and_files_are_told_apart()
    {
        Assert.Contains("did you mean reverie-s?", Refuse(() => Network.Load("reverie")), StringComparison.Ordinal);
        Assert.Contains("does not exist", Refuse(() => Network.Load("no/such.onnx")), StringComparison.Ordinal);
        Assert.Contains("is a folder", Refuse(() => Network.Load(Path.GetTempPath())), StringComparison.Ordinal);
    }

    /// <summary>A network of one convolution to two channels, averaged and put through a Softmax, for 8 x 9 pixels.</summary>
    [Fact]
    public void Caffes_names_work_where_Caffe2_has_numbered_them()
    {
        var model = new Model();
        var graph = model.Graph;
        graph.Inputs.Add(new("data_0", new(ElementType.Float, [1, 3, 8, 8])));
        graph.Outputs.Add(new("pool_1", new(ElementType.Float, [1, 2, 1, 1])));
        graph.Constants["conv_w_0"] = Tensor.Of<float>([1, 2, 3, 4, 5, 6], 2, 3, 1, 1);
        graph.Nodes.Add(new("Conv", ["data_0", "conv_w_0"], ["conv_1"]));
        graph.Nodes.Add(new("Relu", ["conv_1"], ["conv_2"]));
        graph.Nodes.Add(new("Dropout", ["conv_2"], ["conv_3"]));
        graph.Nodes.Add(new("GlobalAveragePool", ["conv_3"], ["pool_1"]));
        using (var network = Network.Load(model.ToBytes(), "caffe2"))
        {
            Assert.Equal("conv_2", network.Graph.Resolve("conv"));
            Assert.True(network.IsLayer("conv") && network.IsLayer("conv_1") && network.IsLayer("pool"));
        }
        graph.Inputs[0] = graph.Inputs[0] with { Name = "data" };
        graph.Nodes[0].Inputs[0] = "data";
        using (var network = Network.Load(model.ToBytes(), "from elsewhere")) Assert.False(network.IsLayer("conv"));
    }

    private static Model Tiny(string card, string conv = "conv")
    {
        var model = new Model { Metadata = { [ModelCard.MetadataKey] = card } };
        var graph = model.Graph;
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), 3, 8, 9])));
        graph.Outputs.Add(new("out", new(ElementType.Float, [Dim.Symbol("N"), 2])));
        graph.Constants["w"] = Tensor.Of<float>(new float[6], 2, 3, 1, 1);
        graph.Nodes.Add(new("Conv", ["x", "w"], [conv]));
        graph.Nodes.Add(new("GlobalAveragePool", [conv], ["pooled"]));
        graph.Nodes.Add(new("Flatten", ["pooled"], ["scores"]));
        graph.Nodes.Add(new("Softmax", ["scores"], ["out"]));
        return model;
    }

    private static string Refuse(Func<object> action) => Assert.Throws<ReverieException>(action).Message;

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("reverie-test-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
