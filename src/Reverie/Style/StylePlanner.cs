using System.Diagnostics;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Style;

/// <summary>Plans sizes and evaluations for a time, from three evaluations measured.</summary>
public static class StylePlanner
{
    private const int Trials = 3;

    // What is left of the time for reading, compiling, targets and writing, and for a machine that is not always as fast.
    private const double UsableShare = 0.9;

    // Beyond this many times the usual evaluations nothing changes that eyes would see.
    private const double MostPatience = 5;

    /// <summary>
    /// The settings with <see cref="StyleTransfer.Scales"/> such that a run takes at most about <paramref name="time"/>: the usual sizes, and the usual evaluations of each times one factor.
    /// </summary>
    /// <exception cref="ReverieException">A setting is out of range, or the time is too short for any size.</exception>
    /// <exception cref="OperationCanceledException">The measurement was cancelled.</exception>
    public static StyleTransfer PlannedFor(this StyleTransfer settings, TimeSpan time, Network network, StyleInputs inputs, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        StyleSettings.Validate(settings, inputs);
        var start = Stopwatch.GetTimestamp();
        var (height, width) = (inputs.Content.Height, inputs.Content.Width);
        var plan = StylePlan.Resolve(settings with { Scales = null }, height, width);
        // at a size in the middle, where an evaluation takes neither too long nor only overhead
        var trial = plan[(plan.Count - 1) / 2] with { Evaluations = Trials };
        double perPixel;
        var clock = new TrialClock();
        using (var run = new StyleRun(settings with { Scales = [trial], Tolerance = 0, StopAfter = null }, network, inputs, options)) run.Paint(clock, cancellation);
        cancellation.ThrowIfCancellationRequested();
        perPixel = clock.SecondsPerPixel;
        var left = (time - Stopwatch.GetElapsedTime(start)).TotalSeconds * UsableShare;
        var work = plan.Sum(scale => perPixel * Pixels(scale, height, width) * scale.Evaluations);
        if (left <= 0 || plan[0].Evaluations * left / work < 1)
            throw new ReverieException($"{time.TotalSeconds:0} s are too short for a picture of this size; give more time or a smaller --size");
        var patience = Math.Min(left / work, MostPatience);
        return settings with { Scales = [.. plan.Select(scale => scale with { Evaluations = (int)Math.Max(1, Math.Round(scale.Evaluations * patience)) })] };
    }

    private static double Pixels(StyleScale scale, int height, int width)
    {
        var (h, w) = Fit.LongSide(height, width, scale.LongSide);
        return (double)h * w;
    }

    // The first evaluation also makes ONNX Runtime plan its memory.
    private sealed class TrialClock : IProgress<StyleProgress>
    {
        private long _last;
        private double _least = double.PositiveInfinity;
        private double _pixels = 1;

        public double SecondsPerPixel => _least / _pixels;

        public void Report(StyleProgress value)
        {
            if (_last != 0) _least = Math.Min(_least, Stopwatch.GetElapsedTime(_last).TotalSeconds);
            _last = Stopwatch.GetTimestamp();
            _pixels = (double)value.Height * value.Width;
        }
    }
}
