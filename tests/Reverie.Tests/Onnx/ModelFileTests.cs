using Reverie.Onnx;

namespace Reverie.Tests.Onnx;

public class ModelFileTests
{
    [Theory]
    [InlineData("googlenet.onnx")]
    [InlineData("squeezenet1.1.onnx")]
    [InlineData("vgg19-16x.onnx")]
    [InlineData("reverie-s.onnx")]
    public void A_real_model_reads_and_survives_writing(string file)
    {
        var model = Model.Read(Shared.Require("models", file));
        model.Graph.Sort();
        var again = Model.Read(model.ToBytes());
        Assert.Equal(model.Graph.Nodes.Select(node => node.ToString()), again.Graph.Nodes.Select(node => node.ToString()));
        Assert.Equal(model.Metadata, again.Metadata);
        foreach (var (name, tensor) in model.Graph.Constants)
        {
            Assert.Equal(tensor.ToString(), again.Graph.Constants[name].ToString());
            Assert.True(tensor.Data.Span.SequenceEqual(again.Graph.Constants[name].Data.Span), name);
        }
    }

    [Fact]
    public void Dimensions_that_agree_are_seen_to_agree()
    {
        var h = Dim.Symbol("H");
        Assert.Equal(h, (h + 2 - 3).FloorDiv(1) + 1);
        Assert.Equal((h + 3).FloorDiv(4), ((h + 1).FloorDiv(2) + 1).FloorDiv(2));
        Assert.Equal(h * 2 + 1, (h * 4 + 3).FloorDiv(2));
        Assert.Equal(56, ((h - 1).FloorDiv(2) + 1).FloorDiv(2).Evaluate(new Dictionary<string, long> { ["H"] = 224 }));
        Assert.Equal("floor((H+1)/2)", h.CeilDiv(2).ToString());
        Assert.Null(h.Value);
        Assert.Equal(7, (h - h + 7).Value);
    }
}
