using System.Text.Json.Nodes;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx.Wire;
using Reverie.Tests.BadInput;
using Reverie.Tests.Onnx.Upgrade;

namespace Reverie.Tests.Cli;

/// <summary>What a recipe records, and what of it may have changed since.</summary>
public class ReplayCommandTests
{
    private static readonly string[] Quick = ["--layer", "r1", "--steps", "2", "--octaves", "1", "--size", "64"];

    [Fact]
    public async Task A_changed_card_is_told_and_the_card_of_then_is_used()
    {
        using var folder = Folder();
        File.WriteAllBytes(folder["net.onnx"], GoodModel.Bytes);
        File.WriteAllText(folder["net.card.json"], """{ "input": { "range": [0, 255], "mean": [120, 110, 100] } }""");
        await Succeed(["dream", folder["cat.png"], "-o", folder["a.png"], "--model", folder["net.onnx"], .. Quick]);
        Assert.DoesNotContain("card", (await Succeed("replay", folder["a.png"], "--verify")).Error, StringComparison.Ordinal);

        File.WriteAllText(folder["net.card.json"], """{ "input": { "range": [0, 255], "mean": [1, 2, 3] } }""");
        var outcome = await Succeed("replay", folder["a.png"], "--verify");
        Assert.Contains("input.mean was [120,110,100] and is [1,2,3]", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("input.range", outcome.Error, StringComparison.Ordinal);
        File.Delete(folder["net.card.json"]);
        Assert.Contains("input.range was [0,255] and is [0,1]", (await Succeed("replay", folder["a.png"], "--verify")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_weights_beside_the_model_are_another_network()
    {
        using var folder = Folder();
        var model = new TestModel(18);
        model.Node("Conv", [model.Input("image", 1, 3, 32, 32), model.Weights("w", 16, 3, 3, 3)], ["c"], ("pads", new long[] { 1, 1, 1, 1 })).Node("Relu", ["c"], ["r1"]).Gives("r1");
        using (var file = File.Create(folder["w2.bin"])) File.WriteAllBytes(folder["net.onnx"], ModelWriter.ToBytes(model.Model, file, "w2.bin"));
        await Succeed(["dream", folder["cat.png"], "-o", folder["a.png"], "--model", folder["net.onnx"], .. Quick]);
        await Succeed("replay", folder["a.png"], "--verify");

        var weights = File.ReadAllBytes(folder["w2.bin"]);
        weights[3] ^= 1;
        File.WriteAllBytes(folder["w2.bin"], weights);
        Assert.Contains("w2.bin", await Command.Refuse("replay", folder["a.png"], "--verify"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lack 'objective'", "settings", "objective")]
    [InlineData("lack 'steps'", "settings", "steps")]
    [InlineData("lack 'seed'", "settings", "seed")]
    [InlineData("weight", "settings", "objective", "terms", "0", "weight")]
    [InlineData("inputs", "inputs")]
    [InlineData("version", "version")]
    [InlineData("sha256", "model", "sha256")]
    public async Task What_a_recipe_leaves_out_is_no_default(string says, params string[] path)
    {
        using var folder = Folder();
        await Succeed(["dream", folder["cat.png"], "-o", folder["a.png"], "--layer", "relu4_3", "--steps", "1", "--octaves", "1", "--size", "64"]);
        Change(folder["a.png"], recipe =>
        {
            var at = path[..^1].Aggregate(recipe, (node, name) => int.TryParse(name, out var index) ? node[index]! : node[name]!);
            Assert.True(at.AsObject().Remove(path[^1]));
        });
        Assert.Contains(says, await Command.Refuse("replay", folder["a.png"], "--verify"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_recipe_says_and_this_program_does_not_know_is_not_passed_over()
    {
        using var folder = Folder();
        await Succeed(["dream", folder["cat.png"], "-o", folder["a.png"], "--layer", "relu4_3", "--steps", "1", "--octaves", "1", "--size", "64"]);
        Change(folder["a.png"], recipe => recipe["colour"] = "blue");
        Assert.Contains("colour", await Command.Refuse("replay", folder["a.png"], "--verify"), StringComparison.Ordinal);
    }

    private static void Change(string file, Action<JsonNode> change)
    {
        var metadata = Picture.ReadMetadata(file);
        var recipe = JsonNode.Parse(metadata[PictureMetadata.Recipe])!;
        change(recipe);
        metadata[PictureMetadata.Recipe] = recipe.ToJsonString();
        Picture.Load(file).Save(file, metadata, overwrite: true);
    }

    private static TemporaryFolder Folder()
    {
        var folder = new TemporaryFolder();
        CardCheck.Sample().Resize(64, 64).Save(folder["cat.png"]);
        return folder;
    }

    private static async Task<Command.Outcome> Succeed(params string[] arguments)
    {
        var outcome = await Command.Run(arguments);
        Assert.True(outcome.Code == 0, outcome.Error);
        return outcome;
    }
}
