using System.Text.Json;
using Reverie.Cli;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tests.BadInput;

namespace Reverie.Tests.Cli;

public class StyleCommandTests
{
    private static readonly string[] Quick = ["--scales", "48:4,64:4"];

    [Fact]
    public async Task A_painting_is_written_beside_the_content_and_replays_to_the_byte()
    {
        using var folder = Pictures();
        Assert.Equal(folder["cat.style.png"], (await Succeed(["style", folder["cat.png"], folder["one.png"], folder["two.png"], "--blend", "2,1", "--seed", "7", .. Quick])).Output.Trim());
        Assert.Equal($"{folder["cat.style.png"]}: equal", (await Succeed("replay", folder["cat.style.png"], "--verify")).Output.Trim());
        Assert.Contains("exists", await Command.Refuse(["style", folder["cat.png"], folder["one.png"], "-o", folder["cat.style.png"], .. Quick]), StringComparison.Ordinal);

        File.Move(folder["two.png"], folder["three.png"]);
        Assert.Contains("the style that", await Command.Refuse("replay", folder["cat.style.png"], "--verify"), StringComparison.Ordinal);
        await Succeed("replay", folder["cat.style.png"], "--verify", "--input", folder["cat.png"], "--input", folder["one.png"], "--input", folder["three.png"]);
    }

    [Fact]
    public async Task The_report_tells_every_term()
    {
        using var folder = Pictures();
        var outcome = await Succeed(["style", folder["cat.png"], folder["one.png"], "--json", "-", "--form", "spst", "--init", "grey", "--threads", "1", .. Quick]);
        using var report = JsonDocument.Parse(outcome.Output);
        var style = report.RootElement.GetProperty("style");
        Assert.Equal(8, style.GetProperty("evaluations").GetInt32());
        Assert.Equal(16, style.GetProperty("terms").GetArrayLength());
        Assert.Equal(4, style.GetProperty("scales")[1].GetProperty("values").GetArrayLength());
    }

    [Fact]
    public async Task A_draft_network_a_start_and_a_time_are_part_of_the_recipe()
    {
        using var folder = Pictures();
        await Succeed("style", folder["cat.png"], folder["one.png"], "--init", folder["two.png"], "--draft", "reverie-s", "--size", "64", "--time", "30s", "-o", folder["a.png"]);
        await Succeed("replay", folder["a.png"], "--verify");
    }

    [Fact]
    public async Task The_card_of_the_draft_network_is_part_of_the_recipe()
    {
        using var folder = Pictures();
        File.WriteAllBytes(folder["net.onnx"], GoodModel.Bytes);
        File.WriteAllText(folder["net.card.json"], """{ "input": { "range": [0, 255], "mean": [120, 110, 100] } }""");
        await Succeed(["style", folder["cat.png"], folder["one.png"], "--draft", folder["net.onnx"], "-o", folder["a.png"], .. Quick]);
        Assert.DoesNotContain("card", (await Succeed("replay", folder["a.png"], "--verify")).Error, StringComparison.Ordinal);

        File.WriteAllText(folder["net.card.json"], """{ "input": { "range": [0, 255], "mean": [1, 2, 3] } }""");
        Assert.Contains("input.mean was [120,110,100] and is [1,2,3]", (await Succeed("replay", folder["a.png"], "--verify")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_painting_keeps_the_best_so_far_and_replays()
    {
        using var folder = Pictures();
        using var cancellation = new CancellationTokenSource();
        var (output, error) = (new StringWriter(), new CancelAfter(cancellation));
        var code = await Application.RunAsync(["style", folder["cat.png"], folder["one.png"], "--scales", "48:20,96:100000", "--tolerance", "0"], CommandConsole.Into(output, error), cancellation.Token);
        Assert.Equal(130, code);
        Assert.Contains("cancelled after", error.ToString(), StringComparison.Ordinal);
        await Succeed("replay", folder["cat.style.png"], "--verify");
    }

    [Fact]
    public async Task A_paused_painting_goes_on_to_the_same_file_and_is_shown_meanwhile()
    {
        using var folder = Pictures();
        string[] settings = ["--scales", "48:40,64:100", "--tolerance", "0", "--threads", "1", "--seed", "5", "--history", "3"];
        await Succeed(["style", folder["cat.png"], folder["one.png"], "-o", folder["whole.png"], .. settings]);
        using var cancellation = new CancellationTokenSource();
        var (output, error) = (new StringWriter(), new StringWriter());
        string[] paused = ["style", folder["cat.png"], folder["one.png"], "-o", folder["a.png"], "--checkpoint", folder["run"], "--live", folder["live.html"], "--preview", folder["now.png"], .. settings];
        var run = Application.RunAsync(paused, CommandConsole.Into(output, error), cancellation.Token);
        while (!File.Exists(folder["live.html"]) && !run.IsCompleted) await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.Contains("http-equiv=\"refresh\"", await File.ReadAllTextAsync(folder["live.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await cancellation.CancelAsync();
        Assert.Equal(130, await run);
        Assert.Contains("--resume", error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["a.png"]));
        var page = await File.ReadAllTextAsync(folder["live.html"], TestContext.Current.CancellationToken);
        Assert.Contains("paused after", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http-equiv", page, StringComparison.Ordinal);
        Assert.True(Picture.Load(folder["now.png"]).Width <= 64);

        Assert.Contains("leave --style-strength out", await Command.Refuse("style", "--resume", folder["run"], "--style-strength", "3"), StringComparison.Ordinal);
        File.Move(folder["one.png"], folder["moved.png"]);
        Assert.Contains("the style that", await Command.Refuse("style", "--resume", folder["run"]), StringComparison.Ordinal);
        File.Move(folder["moved.png"], folder["one.png"]);
        await Succeed("style", "--resume", folder["run"]);
        Assert.False(File.Exists(folder["run"]));
        Assert.Equal(await File.ReadAllBytesAsync(folder["whole.png"], TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(folder["a.png"], TestContext.Current.CancellationToken));
        Assert.Contains("is no checkpoint", await Command.Refuse("style", "--resume", folder["a.png"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Short_memory_means_tiles_and_none_at_all_is_refused()
    {
        using var folder = Pictures();
        var refusal = await Command.Refuse(["style", folder["cat.png"], folder["one.png"], "--memory", "20MB", .. Quick]);
        Assert.Contains("too little memory", refusal, StringComparison.Ordinal);
        await Succeed(["style", folder["cat.png"], folder["one.png"], "--tile", "48", "--json", folder["a.json"], "-o", folder["a.png"], .. Quick]);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(folder["a.json"], TestContext.Current.CancellationToken));
        Assert.Equal(48, report.RootElement.GetProperty("settings").GetProperty("tile").GetInt32());
        await Succeed("replay", folder["a.png"], "--verify");
        await Succeed(["style", folder["cat.png"], folder["one.png"], "--memory", "64GB", "-o", folder["b.png"], .. Quick]);
    }

    [Fact]
    public async Task Strengths_are_pictures_that_replay_and_a_page()
    {
        using var folder = Pictures();
        var outcome = await Succeed(["style", folder["cat.png"], folder["one.png"], "--strengths", "80,20", "-o", folder["page.html"], .. Quick]);
        Assert.Equal([folder["page-20.png"], folder["page-80.png"], folder["page.html"]], outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        await Succeed("replay", folder["page-20.png"], "--verify");
        await Succeed("replay", folder["page-80.png"], "--verify");
        var page = await File.ReadAllTextAsync(folder["page.html"], TestContext.Current.CancellationToken);
        Assert.Equal(2, page.Split("data:image/jpeg").Length - 1);
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
        Assert.Contains("--strengths takes", await Command.Refuse("style", folder["cat.png"], folder["one.png"], "--strengths", "20"), StringComparison.Ordinal);
        Assert.Contains("leave --live out", await Command.Refuse("style", folder["cat.png"], folder["one.png"], "--strengths", "20,40", "--live", folder["live.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_is_a_sheet_of_a_map_for_each_layer()
    {
        using var folder = Pictures();
        var outcome = await Succeed(["style", folder["cat.png"], folder["one.png"], "--ledger", folder["ledger.png"], "--style-layers", "relu1_1,relu2_1", "--json", "-", .. Quick]);
        using var report = JsonDocument.Parse(outcome.Output);
        Assert.Equal(4, report.RootElement.GetProperty("ledger").GetProperty("parts").GetArrayLength());
        Assert.True(Picture.Load(folder["ledger.png"]).Width > 64);
    }

    [Fact]
    public async Task A_picture_without_a_style_is_refused()
    {
        using var folder = Pictures();
        Assert.Contains("at least one style", (await Command.Run("style", folder["cat.png"])).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--form is", "--form", "johnson")]
    [InlineData("--style-strength takes", "--style-strength", "200")]
    [InlineData("there is no layer 'relu9'", "--style-layers", "relu9")]
    [InlineData("--scales takes", "--scales", "big")]
    [InlineData("--time takes", "--time", "soon")]
    [InlineData("blend weights", "--blend", "1,2,3")]
    [InlineData("nothing.png", "--init", "nothing.png")]
    public async Task What_cannot_be_done_is_refused_in_a_line(string expected, params string[] arguments)
    {
        using var folder = Pictures();
        Assert.Contains(expected, await Command.Refuse(["style", folder["cat.png"], folder["one.png"], .. arguments]), StringComparison.OrdinalIgnoreCase);
    }

    private static TemporaryFolder Pictures()
    {
        var folder = new TemporaryFolder();
        CardCheck.Sample().Resize(72, 96).Save(folder["cat.png"]);
        Style.StyleTransferTests.Picture(64, 80, 1).Save(folder["one.png"]);
        Style.StyleTransferTests.Picture(80, 64, 2).Save(folder["two.png"]);
        return folder;
    }

    private static async Task<Command.Outcome> Succeed(params string[] arguments)
    {
        var outcome = await Command.Run(arguments);
        Assert.True(outcome.Code == 0, outcome.Error);
        return outcome;
    }

    // The first line of progress tells that the run is under way.
    private sealed class CancelAfter(CancellationTokenSource cancellation) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.StartsWith("painting", StringComparison.Ordinal) == true) cancellation.Cancel();
        }
    }
}
