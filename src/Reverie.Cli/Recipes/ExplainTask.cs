using Reverie.Cli.Commands;
using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;

namespace Reverie.Cli.Recipes;

/// <summary>Explains a picture with progress, for the command that does and for the replay that does again.</summary>
internal static class ExplainTask
{
    public static ExplanationResult Run(CommandContext context, Explanation settings, Network network, Picture photo, RuntimeOptions runtime, TrustSettings? measures)
    {
        var progress = context.Progress("explaining");
        var result = context.Report.Timed("explain", () => settings.Run(network, photo, measures, new Relay(progress), runtime, context.Cancellation));
        progress.Dispose();
        return result;
    }

    /// <summary>Draws a recorded explanation again.</summary>
    public static Picture Replay(CommandContext context, Recipe recipe, Network network, IReadOnlyList<string> inputs, RuntimeOptions runtime)
    {
        if (inputs is not [var input]) throw new ReverieException("the recipe of an explanation names one picture");
        return Run(context, AttributionJson.ExplanationFromJson(recipe.Settings), network, Picture.Load(input), runtime, measures: null).Picture;
    }

    private sealed class Relay(ProgressDisplay display) : IProgress<ExplainProgress>
    {
        public void Report(ExplainProgress value) => display.Report(value.Done, value.Total, value.Method);
    }
}
