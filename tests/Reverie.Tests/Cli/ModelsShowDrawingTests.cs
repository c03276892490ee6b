using System.Text.Json;
using System.Xml.Linq;

namespace Reverie.Tests.Cli;

/// <summary><c>models show</c> draws the network: on the terminal, as SVG, as a page.</summary>
public class ModelsShowDrawingTests
{
    [Fact]
    public async Task The_layers_are_drawn_with_their_numbers()
    {
        using var folder = new TemporaryFolder();
        var outcome = await Command.Run("models", "show", "--threads", "1", "--json", folder["report.json"]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var line = outcome.Output.Split('\n').Single(line => line.Contains(" relu4_3 ", StringComparison.Ordinal) && line.StartsWith('●'));
        Assert.Contains("Conv 3x3 + Relu", line, StringComparison.Ordinal);
        Assert.Contains("128 x 20 x 20", line, StringComparison.Ordinal);
        Assert.Contains("84 x 84", line, StringComparison.Ordinal);
        Assert.Contains("147.6 k", line, StringComparison.Ordinal);
        Assert.Contains("dream", line, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(File.ReadAllText(folder["report.json"]));
        var layer = report.RootElement.GetProperty("anatomy").GetProperty("layers").EnumerateArray().Single(item => item.GetProperty("name").GetString() == "relu4_3");
        Assert.Equal([84, 84], layer.GetProperty("receptiveField").EnumerateArray().Select(size => size.GetInt64()));
        Assert.True(layer.GetProperty("milliseconds").GetDouble() > 0);
        Assert.Equal("relu4_2", Assert.Single(layer.GetProperty("reads").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Brief_leaves_the_layers_out()
    {
        var outcome = await Command.Run("models", "show", "--brief");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.DoesNotContain("●", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("is recognised", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("net.svg")]
    [InlineData("net.html")]
    public async Task A_file_needs_no_other(string name)
    {
        using var folder = new TemporaryFolder();
        var outcome = await Command.Run("models", "show", "--brief", "-o", folder[name]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var text = File.ReadAllText(folder[name]);
        Assert.Empty(System.Text.RegularExpressions.Regex.Matches(text, "(src|href)=\"(?!data:)"));
        var svg = XElement.Parse(text[text.IndexOf("<svg", StringComparison.Ordinal)..(text.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
        var texts = svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToList();
        Assert.Contains("relu4_3", texts);
        Assert.Contains("style, content", texts);
        Assert.Equal(texts.Count(cell => cell.Contains("Conv 3x3", StringComparison.Ordinal)) + 1, svg.Descendants().Count(element => element.Name.LocalName == "circle" && element.Attribute("class")!.Value == "Convolution"));
        if (name == "net.html") Assert.Contains("data:image/jpeg;base64,", text, StringComparison.Ordinal);
        Assert.Contains("--force", await Command.Refuse("models", "show", "-o", folder[name]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Branches_lie_beside_one_another()
    {
        var outcome = await Command.Run("models", "show", Shared.Require("models", "squeezenet1.1.onnx"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        var lines = outcome.Output.Split('\n');
        Assert.StartsWith("├─●  fire2/expand1x1 ", lines.Single(line => line.Contains("fire2/expand1x1", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.StartsWith("● │  fire2/expand3x3 ", lines.Single(line => line.Contains("fire2/expand3x3", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.StartsWith("●─┘  fire2/concat ", lines.Single(line => line.Contains("fire2/concat", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_kinds_of_files_are_refused_before_any_work() =>
        Assert.Contains("drawn as .svg or .html", await Command.Refuse("models", "show", "-o", "net.png"), StringComparison.Ordinal);
}
