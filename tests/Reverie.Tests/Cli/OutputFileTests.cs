using Reverie.Cli;
using Reverie.Cli.Options;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Cli;

/// <summary>Where results go is settled before any work, and no work is lost at its end.</summary>
public class OutputFileTests
{
    [Theory]
    [InlineData("--raw", "--output", "dream", "cat.png", "-o", "x.png", "--raw", "x.png")]
    [InlineData("--json", "--raw", "dream", "cat.png", "--raw", "x.npy", "--json", "x.npy")]
    [InlineData("--json", "--output", "dream", "cat.png", "-o", "./x.png", "--json", "x.png")]
    [InlineData("--json", "--out", "activations", "--input", "cat.png", "--layer", "relu1_1", "--out", "x.npy", "--json", "x.npy")]
    [InlineData("--out", "--value", "gradient", "--input", "x.npy", "--of", "relu1_1", "--index", "0", "--out", "g.npy", "--value", "g.npy")]
    public async Task Two_options_that_name_one_file_are_refused(string one, string other, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Save(folder["cat.png"]);
        var error = await Command.Refuse([.. arguments.Select(argument => argument.Contains('.', StringComparison.Ordinal) ? folder[argument] : argument)]);
        Assert.Contains($"{one} and {other} name the same file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_takes_no_files_is_refused_before_the_work()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a folder in which not even root can make files");
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Save(folder["cat.png"]);
        foreach (var option in new[] { "-o", "--raw", "--json" })
            Assert.Contains("cannot write '/proc/self/x.png'", await Command.Refuse("dream", folder["cat.png"], option, "/proc/self/x.png"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_too_long_for_a_JPEG_is_refused_before_the_work()
    {
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Save(folder["cat.png"]);
        var objective = string.Join(" + ", Enumerable.Range(0, 1500).Select(index => $"relu4_3:{index % 100}"));
        // one line: had the work begun, its progress would be a second
        var error = await Command.Refuse("dream", folder["cat.png"], "-o", folder["x.jpg"], "--objective", objective, "--steps", "1", "--octaves", "1", "--size", "64");
        Assert.Contains("a JPEG holds", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_comes_into_being_meanwhile_is_left_alone_and_the_work_kept_beside_it()
    {
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Save(folder["cat.png"]);
        var (output, error) = (new StringWriter(), new Intruder(() =>
        {
            foreach (var file in new[] { "a.png", "raw.npy", "report.json" }) File.WriteAllText(folder[file], "mine");
        }));
        var code = await Application.RunAsync(["dream", folder["cat.png"], "-o", folder["a.png"], "--raw", folder["raw.npy"], "--json", folder["report.json"],
            "--layer", "relu4_3", "--channels", "strong:2", "--steps", "2", "--octaves", "1", "--size", "64"], CommandConsole.Into(output, error), TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
        Assert.Equal(folder["a-2.png"], output.ToString().Trim());
        foreach (var file in new[] { "a.png", "raw.npy", "report.json" }) Assert.Equal("mine", File.ReadAllText(folder[file]));
        Assert.Equal(64, Picture.Load(folder["a-2.png"]).Width);
        Assert.Contains("a-2.png", File.ReadAllText(folder["report-2.json"]), StringComparison.Ordinal);
        Assert.True(File.Exists(folder["raw-2.npy"]));
        Assert.Contains("has come into being meanwhile", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, (await Command.Run("replay", folder["a-2.png"], "--verify")).Code);
    }

    [Fact]
    public void Nothing_is_left_of_the_trial_whether_a_folder_takes_files()
    {
        using var folder = new TemporaryFolder();
        new OutputFiles(force: false).Claim(folder["x.png"], "-o");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(folder["x.png"])!));
    }

    // Writes other files when the first message tells that all is checked and the work is under way.
    private sealed class Intruder(Action act) : StringWriter
    {
        private Action? _act = act;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            _act?.Invoke();
            _act = null;
        }
    }
}
