using Reverie.Cli.Commands;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Style;

namespace Reverie.Cli.Recipes;

/// <summary>Runs a style transfer with progress, for the command that makes it and for the replay that makes it again.</summary>
internal static class StyleTask
{
    /// <summary>Paints.</summary>
    /// <param name="context">The command.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The pictures.</param>
    /// <param name="runtime">Where and how to run.</param>
    /// <param name="preview">Shows the painting in progress; null for none.</param>
    /// <param name="checkpoint">Keeps the state of the run; null for none.</param>
    /// <param name="ledger">Takes down which layer gained from which pixel; null for none.</param>
    public static StyleResult Run(CommandContext context, StyleTransfer settings, Network network, StyleInputs inputs, RuntimeOptions runtime, StylePreview? preview = null, StyleCheckpoint? checkpoint = null, StyleLedger? ledger = null)
    {
        var progress = context.Progress("painting");
        var result = context.Report.Timed("style", () => settings.Run(network, inputs, new Relay(progress, preview), runtime, checkpoint, ledger, context.Cancellation));
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
    private sealed class Relay(ProgressDisplay display, StylePreview? preview) : IProgress<StyleProgress>
    {
        public void Report(StyleProgress value)
        {
            display.Report(value.Done, value.Total, $"size {value.Scale}/{value.Scales} ({value.Width} x {value.Height}), evaluation {value.Evaluation}/{value.Evaluations}");
            preview?.Report(value);
        }
    }
}
