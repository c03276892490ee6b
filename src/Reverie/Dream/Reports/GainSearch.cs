using Reverie.Dream.Gradients;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Reports;

/// <summary>
/// Step control: the step size with which a dream's objective becomes a wanted number of times as strong. Sought on a small copy of the picture, where a run is cheap, then corrected by
/// runs at full size where it missed. What is found is a plain step size: the dream with it is a dream like any other.
/// </summary>
/// <param name="gain">How many times as strong the objective is to become; more than 1.</param>
public sealed class GainSearch(double gain)
{
    /// <summary>Gains by name: barely there; as in the pictures of 2015; nothing else is left.</summary>
    public static IReadOnlyList<(string Name, double Gain)> Named { get; } = [("subtle", 3), ("classic", 12), ("wild", 40)];

    /// <summary>How far the gain may be off, as a factor, to be good enough.</summary>
    public const double Tolerance = 1.15;

    private const int PreviewSide = 256, PreviewRuns = 7, FullRuns = 3;
    private const double LeastStep = 0.02, MostStep = 40;

    // How the logarithm of the gain grows with that of the step, to begin with.
    private const double UsualSlope = 1.2;

    private readonly double _wanted = gain > 1 && double.IsFinite(gain) ? Math.Log(gain) : throw new ReverieException("the gain to aim at must be more than 1");

    /// <summary>Dreams with the step size that it takes.</summary>
    /// <param name="settings">The dream; its step size is where the search begins.</param>
    /// <param name="network">The network.</param>
    /// <param name="photo">The picture.</param>
    /// <param name="run">Runs a dream at full size: with progress, or however the caller likes.</param>
    /// <param name="options">Where and how to run the small ones; the defaults where null.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>The settings with the step size, and the dream; the one nearest to the wish where none is within <see cref="Tolerance"/>.</returns>
    /// <exception cref="ReverieException">The objective is not positive on the picture, so that nothing is a multiple of it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before there was a dream.</exception>
    public (DeepDream Settings, DreamResult Result) Run(DeepDream settings, Network network, Picture photo, Func<DeepDream, DreamResult> run, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var (step, slope) = Preview(settings, network, photo, options, cancellation);
        (DeepDream Settings, DreamResult Result)? best = null;
        var miss = double.PositiveInfinity;
        for (var attempt = 0; attempt < FullRuns; attempt++)
        {
            var dream = settings with { StepSize = Math.CopySign(step, settings.StepSize) };
            var result = run(dream);
            if (result.Cancelled) return best ?? (dream, result);
            var found = Math.Log(Checked(result));
            if (Math.Abs(found - _wanted) < miss) (best, miss) = ((dream, result), Math.Abs(found - _wanted));
            var next = Math.Clamp(step * Math.Exp((_wanted - found) / slope), LeastStep, MostStep);
            if (miss <= Math.Log(Tolerance) || next == step) break;
            step = next;
        }
        return best!.Value;
    }

    // On the small picture: the step size for the gain, and how steeply the gain grows there.
    private (double Step, double Slope) Preview(DeepDream settings, Network network, Picture photo, RuntimeOptions? options, CancellationToken cancellation)
    {
        var side = Math.Min(PreviewSide, settings.Size ?? Math.Max(photo.Height, photo.Width));
        var small = settings with { Size = side, Tile = settings.Seamless == Seamless.None ? null : settings.Tile };
        using var sources = GradientSources.For(small, network, options);
        var (step, slope) = (Math.Clamp(Math.Abs(settings.StepSize), LeastStep, MostStep), UsualSlope);
        (double Step, double Gain)? below = null, above = null;
        for (var attempt = 0; attempt < PreviewRuns; attempt++)
        {
            var result = new DreamRun(small with { StepSize = Math.CopySign(step, settings.StepSize) }, network, sources).Dream(photo, null, cancellation);
            cancellation.ThrowIfCancellationRequested();
            var found = Math.Log(Checked(result));
            if (found < _wanted) below = (Math.Log(step), found);
            else above = (Math.Log(step), found);
            // from above and below the line between them tells, else the usual growth
            if (below is { } low && above is { } high && high.Gain - low.Gain > 1e-3 && high.Step - low.Step > 1e-3) slope = Math.Clamp((high.Gain - low.Gain) / (high.Step - low.Step), 0.2, 4);
            if (Math.Abs(found - _wanted) < 0.03) break;
            var next = Math.Clamp(step * Math.Exp((_wanted - found) / slope), LeastStep, MostStep);
            if (next == step) break;
            step = next;
        }
        return (step, slope);
    }

    private static double Checked(DreamResult result) => result is { ValueBefore: > 0, ValueAfter: > 0 }
        ? result.Gain
        : throw new ReverieException("the objective is not positive on this picture, so that no dream is a multiple of it; leave --gain out and choose a --step-size");
}
