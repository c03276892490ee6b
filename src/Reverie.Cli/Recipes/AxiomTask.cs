using System.Text.Json;
using Reverie.Axioms;
using Reverie.Cli.Commands;
using Reverie.Cli.Reports;
using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;

namespace Reverie.Cli.Recipes;

/// <summary>Runs the axiom lab with progress, for the command that does and for the replay that does again.</summary>
internal static class AxiomTask
{
    private const string FigureKey = "figure";

    public static AxiomReport Run(CommandContext context, AxiomLab lab, Network network, Picture photo, RuntimeOptions runtime)
    {
        var progress = context.Progress("measuring");
        var report = context.Report.Timed("measure", () => lab.Run(network, photo, new Relay(progress), runtime, context.Cancellation));
        progress.Dispose();
        return report;
    }

    /// <summary>The recipe of a figure of the demonstration: its name. It needs no network; the embedded one stands for none.</summary>
    public static Recipe RecipeOf(TeachingFigure figure, string path, RuntimeOptions runtime) => new()
    {
        Reverie = JsonReport.Version,
        Command = "axioms",
        Settings = JsonSerializer.SerializeToElement(new Dictionary<string, string> { [FigureKey] = figure.Id }),
        Model = RecipeModel.Of(Network.Embedded, path),
        Runtime = DreamCommand.RuntimeHere(runtime),
    };

    /// <summary>Draws a recorded sheet or figure again.</summary>
    public static Picture Replay(CommandContext context, Recipe recipe, Network network, IReadOnlyList<string> inputs, RuntimeOptions runtime)
    {
        if (recipe.Settings.TryGetProperty(FigureKey, out var id))
            return FigurePicture.Draw(TeachingFigures.All().FirstOrDefault(figure => figure.Id == id.GetString()) ?? throw new ReverieException($"there is no figure '{id}'"));
        if (inputs.Count > 1) throw new ReverieException("the recipe of a measurement of axioms names one picture, or none");
        return MapPair.Sheet(Run(context, AxiomLab.FromJson(recipe.Settings), network, inputs is [var input] ? Picture.Load(input) : CardCheck.Sample(), runtime));
    }

    private sealed class Relay(ProgressDisplay display) : IProgress<ExplainProgress>
    {
        public void Report(ExplainProgress value) => display.Report(value.Done, value.Total, value.Method);
    }
}
