using System.Globalization;
using System.Text.RegularExpressions;
using Reverie.Autodiff;
using Reverie.Models;
using Reverie.Recomputation;

namespace Reverie.Tests.Recomputation;

public partial class MemoryBudgetTests
{
    [Theory]
    [InlineData("1.5GB", 1_500_000_000)]
    [InlineData("800MB", 800_000_000)]
    [InlineData("2 gb", 2_000_000_000)]
    [InlineData("1500000KB", 1_500_000_000)]
    [InlineData("3000000B", 3_000_000)]
    public void Amounts_are_read(string text, long bytes) => Assert.Equal(bytes, MemoryBudget.Parse(text).Bytes);

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("1.5")]
    [InlineData("1,5GB")]
    [InlineData("-2GB")]
    [InlineData("0GB")]
    [InlineData("1KB")]
    [InlineData("1e9GB")]
    [InlineData("1.5GiB")]
    [InlineData("99999999TB")]
    [InlineData("much")]
    public void What_is_no_amount_is_refused(string text)
    {
        var message = Assert.Throws<ReverieException>(() => MemoryBudget.Parse(text)).Message;
        Assert.Contains("1.5GB", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_kept_is_refused_with_the_number_needed()
    {
        var message = Assert.Throws<ReverieException>(() => Compile("20MB")).Message;
        var needed = Needed().Match(message);
        Assert.True(needed.Success, message);
        var bytes = double.Parse(needed.Groups[1].Value, CultureInfo.InvariantCulture) * (needed.Groups[2].Value == "GB" ? 1e9 : 1e6);
        Assert.InRange(bytes, 100e6, 100e9); // the process alone has more than this resident
    }

    [Fact]
    public void Where_memory_is_plenty_nothing_is_done()
    {
        using var bounded = Compile("100GB");
        Assert.Equal(RecomputationPlan.None, bounded.Plan);
        Assert.True(bounded.Prediction.RunBytes > 0);
    }

    private static BoundedGraph Compile(string budget)
    {
        var built = VectorJacobian.Build(Network.Embedded.Graph, "relu3_2");
        var shapes = new Dictionary<string, long[]> { [built.Input] = [1, 3, 512, 512] };
        shapes[built.Cotangent] = Reverie.Onnx.Shapes.ShapeInference.Resolve(built.Graph.Cut([built.Value]), shapes)[built.Value];
        return BoundedGraph.Compile(() => VectorJacobian.Build(Network.Embedded.Graph, "relu3_2").Graph, [built.Value], shapes, MemoryBudget.Parse(budget), new() { Threads = 1 });
    }

    [GeneratedRegex(@"needs ([\d.]+) ([GM]B)")]
    private static partial Regex Needed();
}
