using System.Diagnostics;
using System.Text.Json;
using Reverie.Tests.Video;

namespace Reverie.Tests.Cli;

/// <summary><c>reverie video</c>, as a process that may be killed.</summary>
public sealed class VideoCommandTests
{
    // a few by default; REVERIE_KILLS=30 is the long run
    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("REVERIE_KILLS"), out var kills) ? kills : 2;

    [Fact]
    public async Task KilledAnywhereTheSameCommandMakesTheSameFrames()
    {
        using var folder = new TempFolder();
        var texture = new MovingTexture(41);
        Clip.Frames(folder, "in", Enumerable.Range(0, 10).Select(number => MovingTexture.Draw(64, 96, (x, y) => texture.At(x + 2 * number, y))));
        var whole = await Command.Run("video", "dream", folder["in"], "-o", folder["whole"], "--octaves", "1", "--steps", "2", "--seed", "5", "--threads", "1", "--quiet");
        Assert.True(whole.Code == 0, whole.Error);
        var random = new CounterRandom((ulong)Kills, 5);
        var killed = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Executable.Start("video", "dream", folder["in"], "-o", folder["out"], "--octaves", "1", "--steps", "2", "--seed", "5", "--threads", "1", "--quiet");
            // somewhere after the first frame that this process adds
            var journal = folder["out.journal/frames.journal"];
            var before = File.Exists(journal) ? new FileInfo(journal).Length : 0;
            while (!process.HasExited && (!File.Exists(journal) || new FileInfo(journal).Length <= before)) await Task.Delay(5, TestContext.Current.CancellationToken);
            await Task.Delay(random.Next(0, 60), TestContext.Current.CancellationToken);
            if (process.HasExited) break;
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            killed++;
        }
        Assert.True(killed > 0, "no run could be killed before its end");
        if (!Directory.Exists(folder["out"]) || Directory.Exists(folder["out.journal"]))
        {
            var last = await Command.Run("video", "dream", folder["in"], "-o", folder["out"], "--octaves", "1", "--steps", "2", "--seed", "5", "--threads", "1", "--quiet", "--force");
            Assert.True(last.Code == 0, last.Error);
        }
        var files = Directory.EnumerateFiles(folder["whole"]).Select(Path.GetFileName).ToList();
        Assert.Equal(10, files.Count);
        foreach (var file in files) Assert.Equal(File.ReadAllBytes(Path.Combine(folder["whole"], file!)), File.ReadAllBytes(Path.Combine(folder["out"], file!)));
    }

    [Fact]
    public async Task ADreamOnAVideoKeepsItsSoundAndReportsItsMeasures()
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=0.5", "-f", "lavfi", "-i", "sine=duration=0.5", "-c:v", "libx264", "-c:a", "aac", folder["in.mp4"]);
        var made = await Command.Run("video", "dream", folder["in.mp4"], "--octaves", "1", "--steps", "1", "--json", folder["r.json"], "--report", folder["r.html"]);
        Assert.True(made.Code == 0, made.Error);
        Assert.Equal(folder["in.dream.mp4"], made.Output.Trim());
        Assert.Equal(Clip.SoundSum(folder["in.mp4"]), Clip.SoundSum(folder["in.dream.mp4"]));
        Assert.False(Directory.Exists(folder["in.dream.mp4.journal"]));
        using var report = JsonDocument.Parse(File.ReadAllText(folder["r.json"]));
        var video = report.RootElement.GetProperty("video");
        Assert.Equal(5, video.GetProperty("frames").GetInt32());
        Assert.True(video.GetProperty("measures").GetProperty("ratio").GetDouble() > 0);
        Assert.Equal(5, video.GetProperty("each").GetArrayLength());
        Assert.Contains("<svg", File.ReadAllText(folder["r.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ZoomsAsFarInASecondAtAnyRate()
    {
        using var folder = new TempFolder();
        var texture = new MovingTexture(42);
        MovingTexture.Draw(64, 96, (x, y) => texture.At(x, y)).Save(folder["in.png"]);
        foreach (var rate in (string[])["8", "16"])
        {
            var made = await Command.Run("video", "zoom", folder["in.png"], "-o", folder[$"{rate}.mp4"], "--seconds", "1", "--fps", rate, "--dreams", "2", "--octaves", "1", "--steps", "1", "--frame-steps", "1", "--quiet");
            Assert.True(made.Code == 0, made.Error);
            Assert.Equal(int.Parse(rate, System.Globalization.CultureInfo.InvariantCulture), Clip.Times(folder[$"{rate}.mp4"]).Count - 1);
        }
        // the frame at half a second has come as far at both rates
        var (slow, fast) = (Reverie.Imaging.Picture.Load(Path.Combine(folder["8.frames"], "frame-000004.png")), Reverie.Imaging.Picture.Load(Path.Combine(folder["16.frames"], "frame-000008.png")));
        var difference = slow.Rgb.Zip(fast.Rgb, (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(difference, 0, 0.03);
    }

    [Fact]
    public async Task WrongUseIsRefusedBeforeAnyWork()
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=0.3", "-c:v", "libx264", folder["in.mp4"]);
        Assert.Contains("does not exist", await Command.Refuse("video", "dream", folder["no.mp4"]), StringComparison.Ordinal);
        Assert.Contains("--range", await Command.Refuse("video", "dream", folder["in.mp4"], "--range", "7"), StringComparison.Ordinal);
        Assert.Contains(".avi", await Command.Refuse("video", "dream", folder["in.mp4"], "-o", folder["out.avi"]), StringComparison.Ordinal);
        Assert.Contains("--fps", await Command.Refuse("video", "dream", folder["in.mp4"], "--fps", "12"), StringComparison.Ordinal);
        Assert.Contains("do not hold", await Command.Refuse("video", "dream", folder["in.mp4"], "-o", folder["out.webm"], "--codec", "h264"), StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["there.mp4"], "mine", TestContext.Current.CancellationToken);
        Assert.Contains("exists already", await Command.Refuse("video", "dream", folder["in.mp4"], "-o", folder["there.mp4"]), StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(folder["there.mp4"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WithoutFfmpegTheMessageSaysHowToInstallIt()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["in.mp4"], new byte[100]);
        // dotnet itself is found by its full path, so that nothing else has to be
        var start = new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : Dotnet()) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Reverie.Cli.dll"), "video", "dream", folder["in.mp4"]]) start.ArgumentList.Add(argument);
        start.Environment["PATH"] = folder.Path;
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, process.ExitCode);
        Assert.Contains("install", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task AFileThatIsCutOffEndsClearlyAndKeepsItsFrames()
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=3", "-c:v", "libx264", "-g", "5", "-movflags", "+faststart", folder["whole.mp4"]);
        var bytes = File.ReadAllBytes(folder["whole.mp4"]);
        File.WriteAllBytes(folder["in.mp4"], bytes[..(bytes.Length * 2 / 3)]);
        var error = await Command.Refuse("video", "dream", folder["in.mp4"], "--octaves", "1", "--steps", "1", "--frame-steps", "1", "--quiet");
        Assert.Matches(@"cannot be read beyond frame \d+ of 30", error);
        Assert.Matches(@"the \d+ frames made so far are kept", error);
        Assert.False(File.Exists(folder["in.dream.mp4"]));
        // mended as the message says
        Clip.Make("-i", folder["in.mp4"], "-crf", "12", folder["mended.mp4"]);
        var mended = await Command.Run("video", "dream", folder["mended.mp4"], "--octaves", "1", "--steps", "1", "--frame-steps", "1", "--quiet");
        Assert.True(mended.Code == 0, mended.Error);
    }

    // An ffmpeg that ends in the middle: of reading the source (raw video out), or of encoding the result (a pipe in).
    [Theory]
    [InlineData("rawvideo*pipe:1", 65_000, "cannot be read beyond frame 3 of 6")]
    [InlineData("matroska*pipe:0", 0, "ffmpeg could not make")]
    public async Task AnFfmpegThatDiesEndsClearlyAndTheSameCommandGoesOn(string victim, int bytes, string message)
    {
        if (OperatingSystem.IsWindows()) Shared.Skip("needs a shell script in ffmpeg's place");
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=0.6", "-c:v", "libx264", folder["in.mp4"]);
        Directory.CreateDirectory(folder["bin"]);
        var real = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(place => Path.Combine(place, "ffmpeg")).First(File.Exists);
        await File.WriteAllTextAsync(folder["bin/ffmpeg"], $"#!/bin/sh\ncase \"$*\" in *{victim}*) [ {bytes} -gt 0 ] && '{real}' \"$@\" | head -c {bytes}; exit 1;; esac\nexec '{real}' \"$@\"\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder["bin/ffmpeg"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] command = ["video", "dream", folder["in.mp4"], "-o", folder["out.mp4"], "--octaves", "1", "--steps", "1", "--frame-steps", "1", "--quiet"];
        using var process = Executable.Start(command, [("PATH", $"{folder["bin"]}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}")]);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, process.ExitCode);
        Assert.Single(error.Trim().Split('\n'));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Matches(@"the \d frames made so far are kept", error);
        Assert.False(File.Exists(folder["out.mp4"]));
        var made = await Command.Run(command);
        Assert.True(made.Code == 0, made.Error);
        Assert.Equal(6, Clip.Times(folder["out.mp4"]).Count - 1);
    }

    // While frames are made, the preview is a video of those that are.
    [Fact]
    public async Task ThePreviewPlaysWhileFramesAreMade()
    {
        using var folder = new TempFolder();
        Clip.Make("-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=40", "-c:v", "libx264", folder["in.mp4"]);
        using var process = Executable.Start("video", "dream", folder["in.mp4"], "-o", folder["out.mp4"], "--octaves", "1", "--steps", "1", "--frame-steps", "1", "--quiet");
        try
        {
            var preview = folder["out.mp4.journal/preview.mp4"];
            var limit = Stopwatch.StartNew();
            while (!process.HasExited && limit.Elapsed < TimeSpan.FromMinutes(2) && (!File.Exists(preview) || new FileInfo(preview).Length < 20_000)) await Task.Delay(20, TestContext.Current.CancellationToken);
            Assert.False(process.HasExited, "it was over before its preview could be seen");
            File.Copy(preview, folder["seen.mp4"]);
            Assert.False(process.HasExited, "it was over before its preview could be seen");
            Assert.InRange(Clip.Times(folder["seen.mp4"]).Count - 1, 5, 399);
            Clip.Make("-i", folder["seen.mp4"], folder["decoded.y4m"]);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static string Dotnet() => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists);
}
