using System.Text.Json.Nodes;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Tests.BadInput;
using Reverie.Tests.Cli;
using Reverie.Tests.Onnx.Upgrade;

namespace Reverie.Tests.Fuzzing;

/// <summary>What the fuzzer found, each by a file of its own, so that it stays found whatever becomes of the fuzzer.</summary>
public class FoundByFuzzingTests
{
    [Theory]
    [InlineData("""{ "layers": { "dream": [null] } }""", "a list of layers holds null")]
    [InlineData("""{ "layers": { "style": ["r1", null] } }""", "a list of layers holds null")]
    public async Task A_card_with_nothing_for_a_layer(string card, string says) => Assert.Contains(says, await RefuseCard(card), StringComparison.Ordinal);

    [Fact]
    public async Task A_card_with_a_layer_of_70000_letters()
    {
        var error = await RefuseCard($$"""{ "layers": { "dream": ["{{new string('z', 70_000)}}"] } }""");
        Assert.InRange(error.Length, 100, 1000);
    }

    [Theory]
    [InlineData("settings", "objective", "terms")]
    [InlineData("runtime", "processor")]
    [InlineData("inputs")]
    public async Task A_recipe_that_lists_nothing(params string[] path)
    {
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Resize(32, 32).Save(folder["cat.png"]);
        Assert.Equal(0, (await Command.Run("dream", folder["cat.png"], "-o", folder["a.png"], "--layer", "relu1_1", "--steps", "1", "--octaves", "1")).Code);
        var metadata = Picture.ReadMetadata(folder["a.png"]);
        var recipe = JsonNode.Parse(metadata[PictureMetadata.Recipe])!;
        path.Aggregate(recipe, (node, name) => node[name]!).AsArray().Add(null);
        metadata[PictureMetadata.Recipe] = recipe.ToJsonString();
        Picture.Load(folder["a.png"]).Save(folder["a.png"], metadata, overwrite: true);
        Assert.Contains("list holds null", await Command.Refuse("replay", folder["a.png"], "--verify"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linear", 1f, 2f, 2f, 2f)]
    [InlineData("linear", 2f, 1f, 2f, 2f)]
    [InlineData("cubic", 1f, 2f, 2f, 1f)]
    public void A_resize_for_which_ONNX_Runtime_has_no_kernel(string mode, params float[] scales)
    {
        var m = new TestModel(18);
        m.Node("Resize", [m.Input("x", 1, 3, 4, 4), "", m.Constant("scales", Tensor.Of<float>(scales, 4))], ["y"], ("mode", mode)).Gives("y");
        Assert.Contains($"its mode '{mode}' with the scales", Assert.Throws<ReverieException>(() => CanonicalModel.Load(m.Model.ToBytes())).Message, StringComparison.Ordinal);
    }

    private static async Task<string> RefuseCard(string card)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["net.onnx"], GoodModel.Bytes);
        File.WriteAllText(folder["net.card.json"], card);
        return await Command.Refuse("models", "layers", folder["net.onnx"]);
    }
}
