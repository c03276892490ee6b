using Reverie.Dream.Gradients;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Reports;

/// <summary>
/// Step control: the step size with which a dream's objective becomes a wanted number of times as strong. Sought on a small copy of the picture, where a run is cheap, then corrected by
/// runs at full size where it missed. Larger steps help up to a point, beyond which they only make noise; there, more steps are taken instead. What is found is a plain dream like any other.
/// </summary>
/// <param name="gain">How many times as strong the objective is to become; more than 1.</param>
public sealed class GainSearch(double gain)
{
    /// <summary>Gains by name: barely there; as in the pictures of 2015; little else is left. (Of inception_4c/output on photos: steps of 0.4, of 1.2, and more of them.)</summary>
    public static IReadOnlyList<(string Name, double Gain)> Named { get; } = [("subtle", 2.5), ("classic", 4.5), ("wild", 8)];

    /// <summary>How far the gain may be off, as a factor, to be good enough.</summary>
    public const double Tolerance = 1.15;

    private const int PreviewSide = 256, PreviewRuns = 5, FullRuns = 3, MostFactor = 4;
    private const double LeastStep = 0.02, MostStep = 3;

    // How the logarithm of the gain grows with that of the step, to begin with.
    private const double UsualSlope = 0.6;

    private readonly double _wanted = gain > 1 && double.IsFinite(gain) ? Math.Log(gain) : throw new ReverieException("the gain to aim at must be more than 1");

    /// <summary>Dreams with the steps that it takes.</summary>
    /// <param name="settings">The dream; its step size is where the search begins.</param>
    /// <param name="network">The network.</param>
    /// <param name="photo">The picture.</param>
    /// <param name="run">Runs a dream at full size: with progress, or however the caller likes.</param>
    /// <param name="options">Where and how to run the small ones; the defaults where null.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>The settings with step size and steps, and the dream; the one nearest to the wish where none is within <see cref="Tolerance"/>.</returns>
    /// <exception cref="ReverieException">The objective is not positive on the picture, so that nothing is a multiple of it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before there was a dream.</exception>
    public (DeepDream Settings, DreamResult Result) Run(DeepDream settings, Network network, Picture photo, Func<DeepDream, DreamResult> run, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var (dream, slope) = Preview(settings, network, photo, options, cancellation);
        (DeepDream Settings, DreamResult Result)? best = null;
        var miss = double.PositiveInfinity;
        for (var attempt = 0; attempt < FullRuns; attempt++)
        {
            var result = run(dream);
            if (result.Cancelled) return best ?? (dream, result);
            var found = Math.Log(Checked(result));
            if (Math.Abs(found - _wanted) < miss) (best, miss) = ((dream, result), Math.Abs(found - _wanted));
            var next = Stepped(dream, found, slope);
            if (miss <= Math.Log(Tolerance) || next.StepSize == dream.StepSize) break;
            dream = next;
        }
        return best!.Value;
    }

    /// <summary>Whether a dream's gain is further from the wanted one than <see cref="Tolerance"/>.</summary>
    public bool Misses(DreamResult result) => !result.Cancelled && !(Math.Abs(Math.Log(result.Gain) - _wanted) <= Math.Log(Tolerance));

    // On the small picture: the steps for the gain, and how steeply the gain grows with their size there.
    private (DeepDream Dream, double Slope) Preview(DeepDream settings, Network network, Picture photo, RuntimeOptions? options, CancellationToken cancellation)
    {
        var side = Math.Min(PreviewSide, settings.Size ?? Math.Max(photo.Height, photo.Width));
        using var sources = GradientSources.For(settings, network, options);
        var (dream, slope) = (settings, UsualSlope);
        var (best, miss) = (settings, double.PositiveInfinity);
        for (var factor = 1; factor <= MostFactor; factor *= 2)
        {
            dream = dream with { Steps = settings.Steps * factor };
            (double Step, double Gain)? last = null;
            var found = 0.0;
            for (var attempt = 0; attempt < PreviewRuns; attempt++)
            {
                var result = new DreamRun(dream with { Size = side }, network, sources).Dream(photo, null, cancellation);
                cancellation.ThrowIfCancellationRequested();
                found = Math.Log(Checked(result));
                if (Math.Abs(found - _wanted) < miss) (best, miss) = (dream, Math.Abs(found - _wanted));
                if (miss < 0.04) return (best, slope);
                var step = Math.Log(Math.Abs(dream.StepSize));
                if (last is { } before && Math.Abs(step - before.Step) > 1e-3) slope = Math.Clamp((found - before.Gain) / (step - before.Step), 0.3, 3);
                last = (step, found);
                var next = Stepped(dream, found, slope);
                if (next.StepSize == dream.StepSize) break;
                dream = next;
            }
            // the largest steps were not enough: more of them
            if (found >= _wanted || Math.Abs(dream.StepSize) < MostStep) break;
        }
        return (best, slope);
    }

    private DeepDream Stepped(DeepDream dream, double found, double slope) =>
        dream with { StepSize = Math.CopySign(Math.Clamp(Math.Abs(dream.StepSize) * Math.Exp((_wanted - found) / slope), LeastStep, MostStep), dream.StepSize) };

    private static double Checked(DreamResult result) => result is { ValueBefore: > 0, ValueAfter: > 0 }
        ? result.Gain
        : throw new ReverieException("the objective is not positive on this picture, so that no dream is a multiple of it; leave --gain out and choose a --step-size");
}
