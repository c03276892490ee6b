using Reverie.Tests.Models;

namespace Reverie.Tests.Cli;

/// <summary>Pulling as processes that are killed, and that run at the same time. REVERIE_KILLS says how often is killed.</summary>
public sealed class ModelPullProcessTests : IDisposable
{
    // An entry of the catalogue without a published hash, so that any network can be served in its place.
    private const string Name = "caffenet";

    private static readonly byte[] Served = File.ReadAllBytes(Shared.InRepository("src", "Reverie", "Models", "Embedded", "reverie-s.onnx"));

    private readonly TemporaryFolder _cache = new();

    private string Stored => Path.Combine(_cache["reverie"], "models", Name + ".onnx");

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task Killed_at_any_moment_it_leaves_the_model_absent_or_whole()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("REVERIE_KILLS"), out var given) ? given : 4;
        var random = new Random(3);
        using var server = new FaultyServer(Served, _ => new() { Slow = TimeSpan.FromTicks(500) });
        for (var kill = 0; kill < kills; kill++)
        {
            using var process = Executable.Start(Arguments(server), Cache);
            if (!process.WaitForExit(random.Next(150, 2500))) process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (File.Exists(Stored)) Assert.Equal(Served, File.ReadAllBytes(Stored));
            if (kill % 3 == 2) File.Delete(Stored);
        }
        var outcome = await Executable.Run(Arguments(server), Cache);
        Assert.Equal((0, Stored), (outcome.Code, outcome.Output.Trim()));
        Assert.Equal(Served, File.ReadAllBytes(Stored));
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(Stored)!, "*.part"));
    }

    [Fact]
    public async Task Two_processes_pulling_one_model_fetch_it_once()
    {
        using var server = new FaultyServer(Served, _ => new() { Slow = TimeSpan.FromTicks(500) });
        var outcomes = await Task.WhenAll(Executable.Run(Arguments(server), Cache), Executable.Run(Arguments(server), Cache));
        Assert.All(outcomes, outcome => Assert.Equal((0, Stored), (outcome.Code, outcome.Output.Trim())));
        Assert.Equal(1, server.Requests);
        Assert.Equal(Served, File.ReadAllBytes(Stored));
    }

    private (string, string)[] Cache => [("XDG_CACHE_HOME", Path.GetDirectoryName(_cache["x"])!)];

    private static string[] Arguments(FaultyServer server) => ["models", "pull", Name, "--from", server.Address[..server.Address.LastIndexOf('/')]];
}
