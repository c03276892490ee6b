namespace Reverie.Tests.Cli;

/// <summary>With nothing in the user's folders and no network, everything works: the network is inside the program.</summary>
public sealed class CleanMachineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dream", "--size", "64", "--octaves", "1", "--steps", "1")]
    [InlineData("style", "--size", "64", "--evaluations", "2")]
    [InlineData("explain", "--method", "gradient")]
    [InlineData("axioms", "--methods", "gradient", "--invariance-only", "--rewrites", "R1")]
    public async Task It_works(string command, params string[] options)
    {
        var home = Directory.CreateDirectory(_folder["home"]).FullName;
        var photo = Shared.InRepository("samples", "chelsea.png");
        var output = _folder[command == "axioms" ? "result.html" : "result.png"];
        string[] pictures = command == "style" ? [photo, Shared.InRepository("samples", "coffee.png")] : [photo];
        // any request would go to a proxy that is not there, and fail
        var outcome = await Executable.Run([command, .. pictures, .. options, "-o", output, "--quiet"],
            [("HOME", home), ("XDG_CACHE_HOME", Path.Combine(home, ".cache")), ("XDG_CONFIG_HOME", Path.Combine(home, ".config")), ("REVERIE_MODELS", ""),
                ("ORT_DISABLE_TELEMETRY", null),
                ("http_proxy", "http://127.0.0.1:9"), ("https_proxy", "http://127.0.0.1:9"), ("ALL_PROXY", "http://127.0.0.1:9")]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.True(new FileInfo(output).Length > 0);
        // nothing is left behind in the user's folders, by ONNX Runtime neither (an identifier of the device, events to be sent)
        Assert.Empty(Directory.EnumerateFileSystemEntries(home));
    }
}
