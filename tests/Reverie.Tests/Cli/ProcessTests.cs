using Reverie.Tensors;

namespace Reverie.Tests.Cli;

/// <summary>The executable itself, as far as running the command in this process does not show it.</summary>
public class ProcessTests
{
    [Fact]
    public async Task The_executable_gives_exit_codes_and_keeps_its_streams_apart()
    {
        using var help = Executable.Start("--help");
        Assert.Contains("Usage:", await help.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await help.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, help.ExitCode);

        using var wrong = Executable.Start("models", "show", "no-such-model");
        Assert.Equal("", await wrong.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("reverie: there is no model 'no-such-model'", await wrong.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await wrong.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, wrong.ExitCode);
    }

    [Fact]
    public async Task Cancelling_ends_with_130_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        Npy.Write(folder["x.npy"], new float[3 * 256 * 256], [1, 3, 256, 256]);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var (output, error) = (new StringWriter(), new StringWriter());
        // float64 takes long enough to be in flight when the second is over
        var code = await Reverie.Cli.Application.RunAsync(["gradient", "--model", Shared.Require("models", "googlenet.onnx"), "--input", folder["x.npy"], "--of", "inception_5b/output",
            "--index", "0", "--out", folder["g.npy"], "--precision", "float64"], Reverie.Cli.CommandConsole.Into(output, error), cancellation.Token);
        Assert.Equal((130, "", "reverie: cancelled"), (code, output.ToString(), error.ToString().Trim()));
        Assert.False(File.Exists(folder["g.npy"]));
    }
}
