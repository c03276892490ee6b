using Reverie.Imaging;
using Reverie.Models;
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
    public async Task A_working_folder_that_is_gone_is_told_in_a_line()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows keeps the working folder of a process");
        var start = new System.Diagnostics.ProcessStartInfo("sh", ["-c", "cd \"$0\" && rmdir \"$0\" && exec dotnet \"$1\" dream cat.png", Directory.CreateTempSubdirectory("reverie-gone-").FullName, Path.Combine(AppContext.BaseDirectory, "Reverie.Cli.dll")])
        {
            RedirectStandardError = true,
        };
        using var process = System.Diagnostics.Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, process.ExitCode);
        Assert.StartsWith("reverie: the folder in which reverie was started does not exist any more", error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Videos_are_made_by_the_ffmpeg_of_the_machine_and_refused_without_one()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("the stand-in for ffmpeg is a shell script");
            return;
        }
        using var folder = new TemporaryFolder();
        CardCheck.Sample().Resize(64, 64).Save(folder["cat.png"]);
        string[] make = ["dream", folder["cat.png"], "--frames", "2", "--zoom", "1.1", "--fps", "12.5", "--octaves", "1", "--steps", "1", "-o", folder["trip.mp4"]];
        var without = await Executable.Run(make, [("PATH", folder["nothing"])]);
        Assert.Equal(2, without.Code);
        Assert.Contains("videos are made by ffmpeg, which is not installed here", without.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["trip.frames"]));

        // writes what it is told into the file that it is to make
        File.WriteAllText(folder["ffmpeg"], "#!/bin/sh\n[ \"$1\" = -version ] && exit 0\nfor last; do :; done\n[ -f frame-000001.png ] || exit 3\nprintf '%s\\n' \"$@\" > \"$last\"\n");
        File.SetUnixFileMode(folder["ffmpeg"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = $"{folder[""]}:{Environment.GetEnvironmentVariable("PATH")}";
        var made = await Executable.Run(make, [("PATH", path)]);
        Assert.True(made.Code == 0, made.Error);
        Assert.Equal(folder["trip.mp4"], made.Output.Trim());
        var told = File.ReadAllText(folder["trip.mp4"]);
        Assert.Contains("-framerate\n12.5\n", told, StringComparison.Ordinal);
        Assert.Contains("-frames:v\n2\n", told, StringComparison.Ordinal);
        Assert.Contains("\"command\":\"storyboard\"", told, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(folder["trip.frames"], "frame-*.png").Length);
        Assert.Contains("exists already", (await Executable.Run(make, [("PATH", path)])).Error, StringComparison.Ordinal);

        File.WriteAllText(folder["ffmpeg"], "#!/bin/sh\n[ \"$1\" = -version ] && exit 0\necho 'no such codec' >&2\nexit 1\n");
        var failed = await Executable.Run([.. make, "--force"], [("PATH", path)]);
        Assert.Equal(2, failed.Code);
        Assert.Contains("no such codec", failed.Error, StringComparison.Ordinal);
        Assert.Equal(told, File.ReadAllText(folder["trip.mp4"]));
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
