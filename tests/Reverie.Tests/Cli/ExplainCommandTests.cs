using System.Text.Json;
using Reverie.Imaging;
using Reverie.Tensors;

namespace Reverie.Tests.Cli;

public sealed class ExplainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _photo;

    public ExplainCommandTests()
    {
        _photo = _folder["cat.png"];
        Picture.Load(Shared.InRepository("samples", "chelsea.png")).Resize(120, 180).Save(_photo);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_options_a_picture_comes_beside_the_photo_and_can_be_replayed()
    {
        var outcome = await Command.Run("explain", _photo, "--method", "gradient", "--raw", _folder["map.npy"]);
        Assert.Equal(0, outcome.Code);
        Assert.Equal(_folder["cat.explain.png"], outcome.Output.Trim());
        Assert.Equal(180, Picture.Load(_folder["cat.explain.png"]).Width);
        var raw = Npy.Read(_folder["map.npy"]);
        Assert.Equal([1L, 3L, 160L, 160L], raw.Shape);
        Assert.Equal(0, (await Command.Run("replay", _folder["cat.explain.png"], "--verify")).Code);
    }

    [Fact]
    public async Task Compare_prints_a_table_and_draws_a_sheet()
    {
        var outcome = await Command.Run("explain", _photo, "--compare", "gradient,input-x-gradient", "--json", _folder["report.json"], "-o", _folder["sheet.png"]);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("INSERTION", outcome.Output, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(File.ReadAllText(_folder["report.json"]));
        var methods = report.RootElement.GetProperty("methods").EnumerateArray().ToList();
        Assert.Equal(["gradient", "input-x-gradient"], methods.Select(method => method.GetProperty("id").GetString()));
        Assert.All(methods, method => Assert.InRange(method.GetProperty("trust").GetProperty("deletion").GetDouble(), 0, 1));
        Assert.True(Picture.Load(_folder["sheet.png"]).Width > 2 * 180);
    }

    [Fact]
    public async Task Measures_asked_for_are_in_the_table_and_the_report_and_a_page_needs_no_other_file()
    {
        var mask = _folder["mask.png"];
        var white = new Picture(120, 180, [.. Enumerable.Repeat(1f, 3 * 120 * 180)]);
        white.Save(mask);
        var outcome = await Command.Run("explain", _photo, "--method", "grad-cam", "--measures", "infidelity,sensitivity-n,average-drop", "--mask", mask, "--report", _folder["page.html"], "--json", _folder["report.json"]);
        Assert.Equal(0, outcome.Code);
        Assert.All(["INFIDELITY", "NORMALISED", "SENSITIVITY-N", "DROP", "INCREASE", "POINTS"], heading => Assert.Contains(heading, outcome.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("RANDOM", outcome.Output, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(File.ReadAllText(_folder["report.json"]));
        var trust = report.RootElement.GetProperty("methods")[0].GetProperty("trust");
        Assert.True(trust.GetProperty("infidelity").GetProperty("normalised").GetDouble() <= trust.GetProperty("infidelity").GetProperty("raw").GetDouble());
        Assert.True(trust.GetProperty("points").GetBoolean());
        var page = File.ReadAllText(_folder["page.html"]);
        Assert.Contains("type=\"range\"", page, StringComparison.Ordinal);
        Assert.Contains("Grad-CAM", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page.Replace("data:image", "", StringComparison.Ordinal).Split("base64,").Select(part => part[(part.IndexOf('"', StringComparison.Ordinal) + 1)..]).Aggregate("", string.Concat), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(3, page.Split("src=\"").Length);
        Assert.Equal(3, page.Split("src=\"data:image/jpeg;base64,").Length);
    }

    [Fact]
    public async Task Channels_are_drawn_side_by_side()
    {
        Assert.Equal(0, (await Command.Run("explain", _photo, "--method", "gradient", "--view", "channels", "-o", _folder["channels.png"])).Code);
        Assert.True(Picture.Load(_folder["channels.png"]).Width > 3 * 180);
    }

    [Fact]
    public async Task Settings_reach_the_method()
    {
        var outcome = await Command.Run("explain", _photo, "--method", "kernel-shap", "--features", "grid:40", "--set", "samples=64", "--baseline", "white", "--seed", "5", "--target", "tabby, tabby cat", "--json", "-");
        Assert.Equal(0, outcome.Code);
        using var report = JsonDocument.Parse(outcome.Output);
        var method = report.RootElement.GetProperty("settings").GetProperty("methods")[0];
        Assert.Equal((64, 5), (method.GetProperty("samples").GetInt32(), method.GetProperty("seed").GetInt32()));
        Assert.Equal("White", method.GetProperty("baseline").GetProperty("kind").GetString());
        Assert.Equal(40, method.GetProperty("features").GetProperty("size").GetInt32());
        Assert.Equal("tabby", report.RootElement.GetProperty("methods")[0].GetProperty("label").GetString());
    }

    [Fact]
    public async Task Every_method_is_listed_with_its_settings()
    {
        var outcome = await Command.Run("explain", "--list");
        Assert.Equal(0, outcome.Code);
        Assert.All(Reverie.Explain.AttributionMethods.All, method => Assert.Contains(method.Id, outcome.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--method", "magic")]
    [InlineData("--method", "gradient", "--steps", "5")]
    [InlineData("--method", "occlusion", "--set", "window")]
    [InlineData("--method", "occlusion", "--set", "window=wide")]
    [InlineData("--method", "occlusion", "--set", "stride=40")]
    [InlineData("--baseline", "pink")]
    [InlineData("--target", "unicorn")]
    [InlineData("--neuron", "relu5_3")]
    [InlineData("--neuron", "relu9_9:1")]
    [InlineData("--against", "tabby", "--of", "margin")]
    [InlineData("--scaling", "0")]
    [InlineData("--compare", "gradient", "--method", "gradient")]
    [InlineData("--measures", "beauty")]
    [InlineData("--mask", "none.png")]
    [InlineData("--compare", "gradient,lrp", "--view", "channels")]
    public async Task What_cannot_be_done_is_refused_in_one_line(params string[] options)
    {
        await Command.Refuse(["explain", _photo, .. options]);
        Assert.False(File.Exists(_folder["cat.explain.png"]));
    }
}
