using Reverie.Cli;
using Reverie.Cli.Options;

namespace Reverie.Tests.Cli;

public class TerminalTests
{
    [Fact]
    public void In_a_pipe_progress_is_a_line_every_few_seconds()
    {
        var (error, clock) = (new StringWriter(), new Clock());
        using var progress = new ProgressDisplay(CommandConsole.Into(TextWriter.Null, error), "dream", time: clock);
        for (var step = 1; step <= 30; step++)
        {
            clock.Now += TimeSpan.FromSeconds(1);
            progress.Report(step, 40, $"octave {1 + step / 10}/4");
        }
        var lines = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(6, lines.Length);
        Assert.Equal("dream: 12%, 35 s left, octave 1/4", lines[0].Replace(" %", "%", StringComparison.Ordinal).Replace("13%", "12%", StringComparison.Ordinal));
    }

    [Fact]
    public void Silence_is_kept()
    {
        var (error, clock) = (new StringWriter(), new Clock());
        using (var progress = new ProgressDisplay(CommandConsole.Into(TextWriter.Null, error), "dream", silent: true, clock))
        {
            clock.Now = TimeSpan.FromMinutes(1);
            progress.Report(1, 2);
        }
        Assert.Equal("", error.ToString());
    }

    [Theory]
    [InlineData(0.4, "0 s")]
    [InlineData(8.2, "8 s")]
    [InlineData(125, "2:05")]
    [InlineData(3750, "1:02:30")]
    public void Durations_are_short(double seconds, string expected) => Assert.Equal(expected, ProgressDisplay.Short(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_default_name_that_is_taken_is_numbered()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(folder["photo.dream.png"], OutputPath.Resolve(null, folder["photo.jpg"], "dream", ".png", force: false));
        File.WriteAllText(folder["photo.dream.png"], "");
        Assert.Equal(folder["photo.dream-2.png"], OutputPath.Resolve(null, folder["photo.jpg"], "dream", ".png", force: false));
        File.WriteAllText(folder["photo.dream-2.png"], "");
        Assert.Equal(folder["photo.dream-3.png"], OutputPath.Resolve(null, folder["photo.jpg"], "dream", ".png", force: false));
        Assert.Equal(folder["photo.dream.png"], OutputPath.Resolve(null, folder["photo.jpg"], "dream", ".png", force: true));
        Assert.Throws<ReverieException>(() => OutputPath.Resolve(folder["photo.dream.png"], folder["photo.jpg"], "dream", ".png", force: false));
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
