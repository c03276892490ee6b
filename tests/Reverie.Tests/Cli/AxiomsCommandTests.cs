using System.Text.Json;
using Reverie.Imaging;

namespace Reverie.Tests.Cli;

public sealed class AxiomsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_demonstration_prints_every_figure_and_writes_page_and_pictures()
    {
        var outcome = await Command.Run("axioms", "--demo", "--figures", _folder["figures"], "-o", _folder["demo.html"], "--json", _folder["demo.json"]);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("T9. Something for nothing", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("differs", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(9, Directory.GetFiles(_folder["figures"], "T?.png").Length);
        Assert.Equal(9, File.ReadAllText(_folder["demo.html"]).Split("<img ").Length - 1);
        using var report = JsonDocument.Parse(File.ReadAllText(_folder["demo.json"]));
        Assert.Equal(9, report.RootElement.GetProperty("figures").GetArrayLength());
        Assert.Equal(0, (await Command.Run("replay", Path.Combine(_folder["figures"], "T4.png"), "--verify")).Code);
    }

    [Fact]
    public async Task A_network_is_measured_into_tables_json_page_and_a_sheet_that_replays()
    {
        var photo = _folder["cup.png"];
        Picture.Load(Shared.InRepository("samples", "coffee.png")).Resize(120, 180).Save(photo);
        string[] what = ["axioms", photo, "--methods", "gradient,guided-backprop", "--rewrites", "R2,R9", "--invariance-only", "--quiet"];
        var outcome = await Command.Run([.. what, "-o", _folder["report.html"], "--json", _folder["report.json"]]);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("guided-backprop", outcome.Output, StringComparison.Ordinal);
        var page = File.ReadAllText(_folder["report.html"]);
        Assert.Equal(4, page.Split("<img ").Length - 1);
        Assert.Contains("id=\"recipe\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(File.ReadAllText(_folder["report.json"]));
        var cells = report.RootElement.GetProperty("cells").EnumerateArray().ToList();
        Assert.Equal(4, cells.Count);
        Assert.All(cells.Where(cell => cell.GetProperty("method").GetString() == "gradient"), cell => Assert.Equal("Holds", cell.GetProperty("verdict").GetString()));
        Assert.Equal(0, report.RootElement.GetProperty("failures").GetInt32());
        Assert.Equal(0, (await Command.Run([.. what, "-o", _folder["maps.png"]])).Code);
        Assert.Equal(0, (await Command.Run("replay", _folder["maps.png"], "--verify")).Code);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_in_one_line()
    {
        Assert.Contains("no method in the lab 'deplift'; did you mean deeplift", await Command.Refuse("axioms", "--methods", "deplift"), StringComparison.Ordinal);
        Assert.Contains("no rewrite 'R10'", await Command.Refuse("axioms", "--methods", "gradient", "--rewrites", "R10", "--quiet"), StringComparison.Ordinal);
        Assert.Contains("leave the picture", await Command.Refuse("axioms", "--demo", "--methods", "gradient"), StringComparison.Ordinal);
        Assert.Contains(".html", await Command.Refuse("axioms", "-o", _folder["report.txt"]), StringComparison.Ordinal);
        Assert.Contains("absent.png", await Command.Refuse("axioms", _folder["absent.png"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Methods_and_rewrites_are_listed()
    {
        var outcome = await Command.Run("axioms", "--methods", "list");
        Assert.Equal(0, outcome.Code);
        Assert.Contains("ReLU(p - q) = max(p, q) - q", outcome.Output, StringComparison.Ordinal);
    }
}
