using System.Text.Json;
using Reverie.Onnx;

namespace Reverie.Tests.Cli;

public class ModelsCommandTests
{
    [Fact]
    public async Task The_embedded_network_is_listed()
    {
        var outcome = await Command.Run("models", "list", "--quiet");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("reverie-s", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("googlenet.onnx", "is recognised", "any height and width", "free")]
    [InlineData("squeezenet1.1.onnx", "is recognised", "any height and width", "free")]
    [InlineData("vgg19-16x.onnx", "not possible", "any height and width", "free")]
    public async Task Show_checks_a_card_on_a_sample(string file, string verdict, string sizes, string batch)
    {
        var outcome = await Command.Run("models", "show", "--brief", Shared.Require("models", file));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains(verdict, Line("check"), StringComparison.Ordinal);
        Assert.Contains(sizes, Line("sizes"), StringComparison.Ordinal);
        Assert.EndsWith(batch, Line("batch"), StringComparison.Ordinal);
        Assert.DoesNotContain("inferred", outcome.Output, StringComparison.Ordinal);

        string Line(string name) => outcome.Output.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Show_finds_a_wrong_card()
    {
        using var folder = new TemporaryFolder();
        var model = Model.Read(Shared.Require("models", "squeezenet1.1.onnx"));
        model.Metadata["reverie.card"] = """{"name": "wrong", "input": {"range": [0, 1], "size": [224, 224]}, "labels": "imagenet1k"}""";
        model.Write(folder["wrong.onnx"]);
        var outcome = await Command.Run("models", "show", "--brief", folder["wrong.onnx"]);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("NOT recognised", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("with channels BGR, range [0,255], mean [104,117,123], std 1", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("range [0,1], mean and std", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Layers_have_symbolic_and_real_shapes()
    {
        var outcome = await Command.Run("models", "layers", "--json", "-");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        using var report = JsonDocument.Parse(outcome.Output);
        var layer = report.RootElement.GetProperty("layers").EnumerateArray().Single(item => item.GetProperty("name").GetString() == "relu1_2");
        Assert.Equal(["N", "16", "H", "W"], layer.GetProperty("shape").EnumerateArray().Select(size => size.GetString()));
        Assert.Equal([1L, 16L, 160L, 160L], layer.GetProperty("shapeAtCardSize").EnumerateArray().Select(size => size.GetInt64()));
        Assert.Equal(["style"], layer.GetProperty("goodFor").EnumerateArray().Select(use => use.GetString()));
    }

    [Fact]
    public async Task A_broken_model_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["broken.onnx"], "this is no model");
        Assert.Contains("broken.onnx", await Command.Refuse("models", "show", folder["broken.onnx"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_finds_nothing()
    {
        var outcome = await Command.Run("doctor");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("self-test    passed", outcome.Output, StringComparison.Ordinal);
    }
}
