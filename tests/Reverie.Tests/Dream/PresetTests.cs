using Reverie.Dream.Presets;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tests.Cli;

namespace Reverie.Tests.Dream;

public class PresetTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("googlenet.onnx")]
    [InlineData("squeezenet1.1.onnx")]
    public void Every_preset_fits_its_network_and_has_a_name_of_its_own(string? file)
    {
        var network = file is null ? Network.Embedded : Network.Load(Shared.Require("models", file));
        var presets = DreamPresets.For(network);
        Assert.NotEmpty(presets);
        Assert.Equal(presets.Count, presets.Select(preset => preset.Name).Distinct().Count());
        foreach (var preset in presets)
        {
            var rounds = preset.For(network).RoundsFor(network);
            Assert.All(rounds.SelectMany(round => round.Terms), term => Assert.True(network.IsLayer(term.Layer)));
        }
        if (file is not null) network.Dispose();
    }

    [Fact]
    public async Task A_preset_dreams_replays_and_is_shown_on_a_page()
    {
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Resize(64, 64).Save(folder["cat.png"]);
        Assert.Equal(0, (await Command.Run("dream", folder["cat.png"], "--preset", "deep-jungle", "--steps", "1", "-o", folder["a.png"])).Code);
        Assert.Equal(0, (await Command.Run("replay", folder["a.png"], "--verify")).Code);
        Assert.Contains("ornament", (await Command.Run("presets")).Output, StringComparison.Ordinal);
        Assert.Contains("there is no preset", await Command.Refuse("dream", folder["cat.png"], "--preset", "unicorns"), StringComparison.Ordinal);
        var page = await Command.Run("presets", "--gallery", folder["gallery.html"], "--size", "40", "--image", folder["cat.png"]);
        Assert.True(page.Code == 0, page.Error);
        Assert.Equal(DreamPresets.For(Network.Embedded).Count, File.ReadAllText(folder["gallery.html"]).Split("data:image/jpeg").Length - 1);
    }
}
