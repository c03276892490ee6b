using System.Text.Json;
using Reverie.Models;
using Reverie.Tensors;

namespace Reverie.Tests.Cli;

public class GradientCommandTests
{
    [Fact]
    public async Task Float32_agrees_with_float64_and_an_index_with_its_cotangent()
    {
        using var folder = new TemporaryFolder();
        Npy.Write(folder["x.npy"], Picture(2), [2, 3, 40, 48]);
        var logits = new float[2000];
        (logits[7], logits[1007]) = (1, 1);
        Npy.Write(folder["c.npy"], logits, [2, 1000]);

        var single = await Command.Run("gradient", "--input", folder["x.npy"], "--of", "logits", "--index", "7", "--out", folder["g32.npy"], "--value", folder["y.npy"], "--quiet");
        Assert.Equal((0, "", ""), (single.Code, single.Output, single.Error));
        Assert.Equal(0, (await Command.Run("gradient", "--input", folder["x.npy"], "--of", "logits", "--cotangent", folder["c.npy"], "--out", folder["g64.npy"], "--precision", "float64")).Code);

        var (narrow, wide) = (Npy.Read(folder["g32.npy"]), Npy.Read(folder["g64.npy"]));
        Assert.Equal([2L, 3L, 40L, 48L], narrow.Shape);
        Assert.Equal((NpyType.Float32, NpyType.Float64), (narrow.Type, wide.Type));
        Assert.Equal([2L, 1000L], Npy.Read(folder["y.npy"]).Shape);
        var error = Math.Sqrt(narrow.ToFloat64().Zip(wide.ToFloat64(), (a, b) => (a - b) * (a - b)).Sum() / wide.ToFloat64().Sum(b => b * b));
        Assert.InRange(error, 0, 5e-2);
    }

    [Fact]
    public async Task The_report_on_standard_output_is_all_that_is_there()
    {
        using var folder = new TemporaryFolder();
        Npy.Write(folder["x.npy"], Picture(1), [1, 3, 40, 48]);
        var outcome = await Command.Run("gradient", "--input", folder["x.npy"], "--of", "relu3_2", "--index", "0", "--out", folder["g.npy"], "--json", "-");
        Assert.Equal(0, outcome.Code);
        using var report = JsonDocument.Parse(outcome.Output);
        Assert.Equal("gradient", report.RootElement.GetProperty("command").GetString());
        Assert.Equal(Network.Embedded.Sha256, report.RootElement.GetProperty("model").GetProperty("sha256").GetString());
        Assert.Equal([1L, 3L, 40L, 48L], report.RootElement.GetProperty("gradient").GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()));
        Assert.True(report.RootElement.GetProperty("peakResidentBytes").GetInt64() > 1_000_000);
        Assert.True(report.RootElement.GetProperty("seconds").GetProperty("total").GetDouble() > 0);
    }

    [Fact]
    public async Task Memory_is_foretold_and_a_bound_is_kept_or_refused()
    {
        using var folder = new TemporaryFolder();
        Npy.Write(folder["x.npy"], Picture(1), [1, 3, 40, 48]);
        string[] arguments = ["gradient", "--input", folder["x.npy"], "--of", "relu3_2", "--index", "0", "--out", folder["g.npy"], "--json", "-"];
        Assert.Contains("is not an amount of memory", await Command.Refuse([.. arguments, "--memory", "plenty"]), StringComparison.Ordinal);
        Assert.Contains("of memory even where", await Command.Refuse([.. arguments, "--memory", "10MB"]), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["g.npy"]));
        var outcome = await Command.Run([.. arguments, "--memory", "50GB"]);
        Assert.Equal(0, outcome.Code);
        using var report = JsonDocument.Parse(outcome.Output);
        var memory = report.RootElement.GetProperty("memory");
        Assert.Equal(50_000_000_000, memory.GetProperty("allowedBytes").GetInt64());
        Assert.True(memory.GetProperty("predictedBytes").GetInt64() > 10_000_000);
        Assert.Equal(0, memory.GetProperty("recomputed").GetArrayLength());
    }

    [Fact]
    public async Task What_exists_is_not_overwritten_without_force()
    {
        using var folder = new TemporaryFolder();
        Npy.Write(folder["x.npy"], Picture(1), [1, 3, 40, 48]);
        File.WriteAllText(folder["g.npy"], "precious");
        string[] arguments = ["gradient", "--input", folder["x.npy"], "--of", "relu1_1", "--index", "0", "--out", folder["g.npy"]];
        Assert.Contains("exists already", await Command.Refuse(arguments), StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(folder["g.npy"]));
        Assert.Equal(0, (await Command.Run([.. arguments, "--force"])).Code);
        Assert.Equal([1L, 3L, 40L, 48L], Npy.Read(folder["g.npy"]).Shape);
    }

    [Theory]
    [InlineData("say what to differentiate", "--of", "logits")]
    [InlineData("exclude each other", "--of", "logits", "--index", "1", "--cotangent", "x.npy")]
    [InlineData("did you mean logits?", "--of", "logit", "--index", "1")]
    [InlineData("there is no element 1000 in 'logits'", "--of", "logits", "--index", "1000")]
    [InlineData("'logits' has the shape [1,1000] here", "--of", "logits", "--cotangent", "x.npy")]
    [InlineData("--precision is float32 or float64", "--of", "logits", "--index", "1", "--precision", "half")]
    [InlineData("does not exist", "--of", "logits", "--index", "1", "--model", "no.onnx")]
    public async Task Bad_requests_are_refused(string expected, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        Npy.Write(folder["x.npy"], Picture(1), [1, 3, 40, 48]);
        string[] placed = [.. arguments.Select(argument => argument.EndsWith(".npy", StringComparison.Ordinal) ? folder[argument] : argument)];
        Assert.Contains(expected, await Command.Refuse(["gradient", "--input", folder["x.npy"], "--out", folder["g.npy"], .. placed]), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["g.npy"]));
    }

    [Theory]
    [InlineData("has the shape [N,3,H,W]", new long[] { 1, 1, 40, 144 })]
    [InlineData("has the shape [N,3,H,W]", new long[] { 5760 })]
    public async Task An_input_of_the_wrong_shape_is_refused(string expected, long[] shape)
    {
        using var folder = new TemporaryFolder();
        Npy.Write(folder["x.npy"], Picture(1), shape);
        Assert.Contains(expected, await Command.Refuse("gradient", "--input", folder["x.npy"], "--of", "logits", "--index", "1", "--out", folder["g.npy"]), StringComparison.Ordinal);
    }

    private static float[] Picture(int items)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, items * 3 * 40 * 48).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
