using System.Security.Cryptography;
using Reverie.Models.Catalogue;
using Reverie.Tests.Models;

namespace Reverie.Tests.Cli;

/// <summary>Pulling as processes that are killed, and that run at the same time. REVERIE_KILLS says how often is killed.</summary>
public sealed class ModelPullProcessTests : IDisposable
{
    private const string Name = "ours";

    private static readonly byte[] Served = File.ReadAllBytes(Shared.InRepository("src", "Reverie", "Models", "Embedded", "reverie-s.onnx"));

    private readonly TemporaryFolder _cache = new();

    private static readonly string[] Arguments = ["models", "pull", Name];

    private string Stored => Path.Combine(_cache["reverie"], "models", Name + ".onnx");

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task Killed_at_any_moment_it_leaves_the_model_absent_or_whole()
    {
        var kills = int.TryParse(System.Environment.GetEnvironmentVariable("REVERIE_KILLS"), out var given) ? given : 4;
        var random = new Random(3);
        using var server = new FaultyServer(Served, _ => new() { Slow = TimeSpan.FromTicks(500) });
        var environment = Environment(server);
        for (var kill = 0; kill < kills; kill++)
        {
            using var process = Executable.Start(Arguments, environment);
            if (!process.WaitForExit(random.Next(150, 2500))) process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (File.Exists(Stored)) Assert.Equal(Served, File.ReadAllBytes(Stored));
            if (kill % 3 == 2) File.Delete(Stored);
        }
        var outcome = await Executable.Run(Arguments, environment);
        Assert.Equal((0, Stored), (outcome.Code, outcome.Output.Trim()));
        Assert.Equal(Served, File.ReadAllBytes(Stored));
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(Stored)!, "*.part"));
    }

    [Fact]
    public async Task Two_processes_pulling_one_model_fetch_it_once()
    {
        using var server = new FaultyServer(Served, _ => new() { Slow = TimeSpan.FromTicks(500) });
        var environment = Environment(server);
        var outcomes = await Task.WhenAll(Executable.Run(Arguments, environment), Executable.Run(Arguments, environment));
        Assert.All(outcomes, outcome => Assert.Equal((0, Stored), (outcome.Code, outcome.Output.Trim())));
        Assert.Equal(1, server.Requests);
        Assert.Equal(Served, File.ReadAllBytes(Stored));
    }

    [Theory]
    [InlineData("[", "line 1")]
    [InlineData("""[{"name": "ours"}]""", "title, urls and license")]
    [InlineData("""[{"name": "ours", "title": "a network", "license": "MIT", "urls": ["file:///etc/passwd"]}]""", "https://")]
    public async Task A_catalogue_that_is_none_is_refused_in_a_line(string text, string expected)
    {
        File.WriteAllText(_cache["catalogue.json"], text);
        var outcome = await Executable.Run(["models", "catalogue"], [(ModelCatalogue.FileVariable, _cache["catalogue.json"])]);
        Assert.Equal((2, ""), (outcome.Code, outcome.Output));
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(outcome.Error.Length - 1, outcome.Error.IndexOf('\n', StringComparison.Ordinal));
    }

    private (string, string?)[] Environment(FaultyServer server)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Served));
        File.WriteAllText(_cache["catalogue.json"], $$"""[{"name": "{{Name}}", "title": "a network", "license": "MIT", "urls": ["{{server.Address}}"], "bytes": {{Served.Length}}, "sha256": "{{hash}}"}]""");
        return [("XDG_CACHE_HOME", Path.GetDirectoryName(_cache["x"])!), (ModelCatalogue.FileVariable, _cache["catalogue.json"])];
    }
}
