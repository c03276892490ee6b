using System.Text.Json;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Cli;

public class VisualizeCommandTests
{
    private static readonly string[] Quick = ["--size", "32", "--steps", "3"];

    [Fact]
    public async Task A_filter_is_a_picture_and_several_are_a_sheet_and_both_replay()
    {
        using var folder = new TemporaryFolder();
        await Succeed(["visualize", "--layer", "relu3_2:5", "-o", folder["one.png"], .. Quick]);
        Assert.Equal(32, Picture.Load(folder["one.png"]).Width);
        await Succeed("replay", folder["one.png"], "--verify");
        await Succeed(["visualize", "--layer", "relu2_2", "--channel", "0-2,7", "-o", folder["sheet.png"], "--parameterisation", "maco", .. Quick]);
        Assert.Equal(2 * (32 + 6) + 6, Picture.Load(folder["sheet.png"]).Width);
        await Succeed("replay", folder["sheet.png"], "--verify");
        await Succeed(["visualize", "--class", "tabby", "--variants", "2", "-o", folder["cats.png"], .. Quick]);
        await Succeed("replay", folder["cats.png"], "--verify");
    }

    [Fact]
    public async Task Pictures_of_a_folder_stand_beside_the_filters_and_replay()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        CardCheck.Sample().Save(folder["data/cat.png"]);
        CardCheck.Sample().Resize(60, 90).Save(folder["data/small.png"]);
        await Succeed(["visualize", "--layer", "relu3_2:5,9", "--data", folder["data"], "-o", folder["sheet.png"], "--json", folder["report.json"], .. Quick]);
        Assert.Equal(3 * (32 + 6) + 6, Picture.Load(folder["sheet.png"]).Width);
        await Succeed("replay", folder["sheet.png"], "--verify");
        using var report = System.Text.Json.JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
        foreach (var feature in report.RootElement.GetProperty("visualize").GetProperty("features").EnumerateArray())
            Assert.True(feature.GetProperty("naturalHighest").GetDouble() >= feature.GetProperty("natural999").GetDouble());
        Assert.Contains("no pictures", await Command.Refuse("visualize", "--data", Directory.CreateDirectory(folder["empty"]).FullName), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tour_is_a_page_that_needs_no_other_file()
    {
        using var folder = new TemporaryFolder();
        await Succeed("visualize", "--tour", "--count", "2", "--steps", "1", "--size", "64", "-o", folder["tour.html"]);
        var page = File.ReadAllText(folder["tour.html"]);
        Assert.Contains("relu1_", page, StringComparison.Ordinal);
        Assert.Contains("logits", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(14, page.Split("data:image/jpeg;base64,").Length - 1);
    }

    [Fact]
    public async Task A_tour_beside_pictures_chooses_filters_that_answer_to_them_and_says_how_the_features_compare()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        foreach (var size in (int[])[96, 128]) CardCheck.Sample().Resize(size, 128).Save(Path.Combine(folder["data"], $"{size}.png"));
        await Succeed("visualize", "--tour", "--count", "1", "--steps", "24", "--starts", "1", "--data", folder["data"], "-o", folder["tour.html"], "--json", folder["tour.json"]);
        using var report = JsonDocument.Parse(File.ReadAllText(folder["tour.json"]));
        var layers = report.RootElement.GetProperty("tour").GetProperty("layers").EnumerateArray().ToList();
        Assert.Equal(7, layers.Count);
        foreach (var feature in layers.SelectMany(layer => layer.GetProperty("features").EnumerateArray()))
        {
            Assert.True(feature.GetProperty("natural999").GetDouble() > 0);
            Assert.Equal(feature.GetProperty("activation").GetDouble() > feature.GetProperty("natural999").GetDouble(), feature.GetProperty("exceeds999").GetBoolean());
        }
        // one neuron of the first layer, with the few pixels that it sees
        Assert.Contains("class=\"few\"", File.ReadAllText(folder["tour.html"]), StringComparison.Ordinal);
        Assert.True(layers.SelectMany(layer => layer.GetProperty("features").EnumerateArray()).Count(feature => feature.GetProperty("exceeds999").GetBoolean()) >= 5);
    }

    [Theory]
    [InlineData("there is no layer", "--layer", "relu9")]
    [InlineData("has no channel 4000", "--layer", "relu3_2", "--channel", "4000")]
    [InlineData("--channel takes numbers", "--channel", "five")]
    [InlineData("takes the place of", "--class", "tabby", "--layer", "relu3_2")]
    [InlineData("there is no class", "--class", "unicorn horn")]
    [InlineData("too small for", "--layer", "relu5_3", "--size", "8")]
    [InlineData("--size takes", "--size", "2")]
    [InlineData("named already", "--channel", "1", "--all")]
    public async Task What_cannot_be_shown_is_refused_in_a_line(string expected, params string[] arguments) =>
        Assert.Contains(expected, await Command.Refuse(["visualize", "--steps", "2", .. arguments]), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public async Task A_recipe_that_no_jpeg_holds_is_told_before_the_work()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        new Picture(16, 16).Save(folder["data/a.png"]);
        for (var number = 0; number < 400; number++) File.Copy(folder["data/a.png"], folder[$"data/{number:D3}{new string('x', 120)}.png"]);
        Assert.Contains("a JPEG holds", await Command.Refuse(["visualize", "--layer", "relu3_2:5", "--data", folder["data"], "-o", folder["sheet.jpg"], "--steps", "100000"]), StringComparison.Ordinal);
    }

    private static async Task Succeed(params string[] arguments)
    {
        var outcome = await Command.Run(arguments);
        Assert.True(outcome.Code == 0, outcome.Error);
    }
}
