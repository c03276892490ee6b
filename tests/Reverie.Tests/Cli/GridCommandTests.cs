using System.Text.Json;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Cli;

public class GridCommandTests
{
    [Fact]
    public async Task A_grid_is_painted_goes_on_where_it_stopped_and_each_picture_replays()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "contents", "styles" }) Directory.CreateDirectory(folder[name]);
        CardCheck.Sample().Resize(72, 96).Save(folder["contents/cat.png"]);
        Style.StyleTransferTests.Picture(80, 64, 3).Save(folder["contents/noise.png"]);
        Style.StyleTransferTests.Picture(64, 80, 1).Save(folder["styles/one.png"]);
        Style.StyleTransferTests.Picture(80, 64, 2).Save(folder["styles/two.png"]);
        string[] command = ["grid", "--contents", folder["contents"], "--styles", folder["styles"], "-o", folder["out"], "--scales", "48:3", "--json", "-"];

        Assert.All(Cells(await Command.Run(command)), cell => Assert.False(cell.GetProperty("kept").GetBoolean()));
        Assert.True(File.Exists(folder["out/grid.png"]));
        var before = File.ReadAllBytes(folder["out/cat.two.png"]);
        File.Delete(folder["out/cat.one.png"]);
        Assert.Equal(3, Cells(await Command.Run(command)).Count(cell => cell.GetProperty("kept").GetBoolean()));
        Assert.Equal(before, File.ReadAllBytes(folder["out/cat.two.png"]));

        Assert.Equal(0, (await Command.Run("replay", folder["out/cat.one.png"], "--verify")).Code);
        Assert.Equal(0, (await Command.Run("style", folder["contents/cat.png"], folder["styles/two.png"], "-o", folder["single.png"], "--scales", "48:3")).Code);
        Assert.Equal(Picture.Load(folder["single.png"]).Rgb, Picture.Load(folder["out/cat.two.png"]).Rgb);
        Assert.Contains("of other settings", await Command.Refuse([.. command[..^2], "--style-strength", "70"]), StringComparison.Ordinal);
        Assert.Contains("no folder", await Command.Refuse("grid", "--contents", folder["nowhere"], "--styles", folder["styles"]), StringComparison.Ordinal);
        Assert.Contains("no pictures", await Command.Refuse("grid", "--contents", folder["contents"], "--styles", Directory.CreateDirectory(folder["empty"]).FullName), StringComparison.Ordinal);
    }

    private static List<JsonElement> Cells(Command.Outcome outcome)
    {
        Assert.True(outcome.Code == 0, outcome.Error);
        using var report = JsonDocument.Parse(outcome.Output);
        return [.. report.RootElement.GetProperty("grid").GetProperty("cells").EnumerateArray().Select(cell => cell.Clone())];
    }
}
