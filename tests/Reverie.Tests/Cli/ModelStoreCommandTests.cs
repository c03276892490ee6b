using Reverie.Models.Catalogue;

namespace Reverie.Tests.Cli;

/// <summary>The commands that put networks into the store and take them out, each as its own process with a cache folder of its own.</summary>
public sealed class ModelStoreCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_network_is_added_used_by_name_verified_and_removed()
    {
        var file = _folder["mine.onnx"];
        File.Copy(Shared.InRepository("src", "Reverie", "Models", "Embedded", "reverie-s.onnx"), file);
        var added = await Run("models", "add", file);
        Assert.Equal(0, added.Code);
        Assert.Contains("check:", added.Error, StringComparison.Ordinal);
        Assert.Contains("mine", (await Run("models", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("as first fetched", (await Run("models", "verify")).Output, StringComparison.Ordinal);
        Assert.Contains("already", (await Run("models", "add", file)).Error, StringComparison.Ordinal);

        var stored = added.Output.Trim();
        await using (var stream = new FileStream(stored, FileMode.Open))
        {
            stream.Position = stream.Length - 1;
            stream.WriteByte(1);
        }
        var verified = await Run("models", "verify", "mine");
        Assert.Equal((2, true), (verified.Code, verified.Error.Contains("not what was put there", StringComparison.Ordinal)));
        Assert.Equal(0, (await Run("models", "rm", "mine")).Code);
        Assert.False(File.Exists(stored));
        Assert.Equal(2, (await Run("models", "rm", "mine")).Code);
    }

    [Fact]
    public async Task A_published_network_that_is_not_here_is_named_with_the_command_that_fetches_it()
    {
        var outcome = await Run("models", "show", "vgg19");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("reverie models pull vgg19", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_catalogue_is_listed()
    {
        var outcome = await Run("models", "catalogue");
        Assert.Equal(0, outcome.Code);
        Assert.All(ModelCatalogue.Entries, entry => Assert.Contains(entry.Name, outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pulling_without_a_network_says_what_to_do_in_one_line()
    {
        var outcome = await Run("models", "pull", "squeezenet1.1", "--from", _folder["nowhere"]);
        Assert.Equal(2, outcome.Code);
        Assert.Single(outcome.Error.Trim().Split('\n'));
        Assert.Equal(2, (await Run("models", "pull", "squeezenet9")).Code);
    }

    [Fact]
    public async Task Import_refuses_a_malicious_checkpoint_and_an_existing_file()
    {
        var checkpoint = _folder["evil.pth"];
        File.Copy(Shared.InRepository("tests", "references", "weights", "malicious.pth"), checkpoint);
        var outcome = await Run("models", "import", checkpoint);
        Assert.Equal(2, outcome.Code);
        Assert.Contains("posix.system", outcome.Error, StringComparison.Ordinal);
        File.WriteAllText(_folder["evil.onnx"], "precious");
        Assert.Contains("exists already", (await Run("models", "import", checkpoint)).Error, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(_folder["evil.onnx"]));
    }

    private Task<Executable.Outcome> Run(params string[] arguments) => Executable.Run(arguments, [("XDG_CACHE_HOME", _folder["cache"])]);
}
