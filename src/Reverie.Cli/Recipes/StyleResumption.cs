using Reverie.Cli.Commands;
using Reverie.Cli.Options;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;
using Reverie.Style;

namespace Reverie.Cli.Recipes;

/// <summary>A painting that was paused: what its checkpoint says of settings, files, network and output.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Files">The pictures.</param>
/// <param name="Network">The network.</param>
/// <param name="Runtime">Where and how it was computed.</param>
/// <param name="Output">Where the result was to go.</param>
internal sealed record StyleResumption(StyleTransfer Settings, StyleFiles Files, Network Network, RuntimeOptions Runtime, string Output)
{
    /// <summary>Reads a checkpoint of the command's.</summary>
    /// <param name="context">The command.</param>
    /// <param name="shared">Its options.</param>
    /// <param name="checkpoint">The file.</param>
    /// <param name="given">Where the user says that the pictures are now; the others are where they were.</param>
    /// <exception cref="ReverieException">The checkpoint cannot be read, or a file is missing or another one.</exception>
    public static StyleResumption Read(CommandContext context, SharedOptions shared, string checkpoint, string[] given)
    {
        var (settings, text) = StyleCheckpoint.Read(checkpoint);
        var memo = StyleMemo.Parse(text, checkpoint);
        // the recipe's paths are relative to where the result was to go
        var output = Path.Combine(Path.GetDirectoryName(checkpoint) ?? "", memo.Output);
        var recipe = Recipe.Parse(memo.Recipe, checkpoint);
        var files = StyleFiles.FromRecipe(recipe, RecordedFiles.FindInputs(recipe, given, output));
        var network = RecordedFiles.FindNetwork(context, shared, recipe, output);
        var runtime = new RuntimeOptions { Provider = recipe.Runtime.Provider, Threads = recipe.Runtime.Threads };
        var difference = DreamCommand.RuntimeHere(runtime).DifferenceFrom(recipe.Runtime);
        if (difference.Length > 0) context.Say($"this is not where {checkpoint} was written ({difference}): the result may differ from that of a run without a pause");
        return new(settings, files, network, runtime, output);
    }
}
