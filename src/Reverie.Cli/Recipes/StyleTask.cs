using Reverie.Cli.Commands;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Style;

namespace Reverie.Cli.Recipes;

/// <summary>Runs a style transfer with progress, for the command that makes it and for the replay that makes it again.</summary>
internal static class StyleTask
{
    public static StyleResult Run(CommandContext context, StyleTransfer settings, Network network, StyleInputs inputs, RuntimeOptions runtime)
    {
        var progress = context.Progress("painting");
        var result = context.Report.Timed("style", () => settings.Run(network, inputs, new Relay(progress), runtime, context.Cancellation));
        progress.Dispose();
        return result;
    }

    /// <summary>What the report says of a result.</summary>
    public static object Describe(StyleResult result, string output) => new
    {
        output,
        width = result.Picture.Width,
        height = result.Picture.Height,
        evaluations = result.Evaluations,
        cancelled = result.Cancelled,
        scales = result.Scales.Select(scale => new { scale.Width, scale.Height, scale.Network, scale.Evaluations, scale.Planned, end = scale.End.ToString(), values = scale.Values }),
        terms = result.Terms.Select(term => new { kind = term.Kind.ToString(), term.Layer, term.Style, term.Weight, term.Before, term.After, share = term.Weight * term.After }),
    };

    // Progress<T> would post to a thread pool and draw out of order.
    private sealed class Relay(ProgressDisplay display) : IProgress<StyleProgress>
    {
        public void Report(StyleProgress value) =>
            display.Report(value.Done, value.Total, $"size {value.Scale}/{value.Scales} ({value.Width} x {value.Height}), evaluation {value.Evaluation}/{value.Evaluations}");
    }
}
