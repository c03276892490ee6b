using Reverie.Cli.Commands;
using Reverie.Dream;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Cli.Recipes;

/// <summary>Runs a dream with progress, for the command that makes it and for the replay that makes it again.</summary>
internal static class DreamTask
{
    public static DreamResult Run(CommandContext context, DeepDream settings, Network network, Picture photo, RuntimeOptions runtime, IProgress<DreamProgress>? trace = null)
    {
        var progress = context.Progress("dreaming");
        var result = context.Report.Timed("dream", () => settings.Run(network, photo, new Relay(progress, trace), runtime, context.Cancellation));
        progress.Dispose();
        return result;
    }

    /// <summary>Runs a dream on a picture that is not in memory.</summary>
    public static StreamedDreamResult RunStreamed(CommandContext context, DeepDream settings, Network network, StreamedPicture photo, RuntimeOptions runtime)
    {
        // The planes that were loaded are garbage now, and a large share of what the process may have: the run needs it more than the heap does.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var progress = context.Progress("dreaming");
        var result = context.Report.Timed("dream", () => settings.Run(network, photo, new Relay(progress, null), runtime, context.Cancellation));
        progress.Dispose();
        return result;
    }

    // Progress<T> would post to a thread pool and draw out of order.
    private sealed class Relay(ProgressDisplay display, IProgress<DreamProgress>? trace) : IProgress<DreamProgress>
    {
        public void Report(DreamProgress value)
        {
            trace?.Report(value);
            var round = value.Rounds > 1 ? $"round {value.Round}/{value.Rounds}, " : "";
            display.Report(value.Done, value.Total, $"{round}octave {value.Octave}/{value.Octaves} ({value.Size.Width} x {value.Size.Height}), step {value.Step}/{value.Steps}");
        }
    }
}
