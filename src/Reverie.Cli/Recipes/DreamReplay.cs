using Reverie.Cli.Commands;
using Reverie.Dream;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;

namespace Reverie.Cli.Recipes;

/// <summary>Dreams a recorded dream again.</summary>
internal static class DreamReplay
{
    public static Picture Run(CommandContext context, Recipe recipe, Network network, IReadOnlyList<string> inputs, RuntimeOptions runtime)
    {
        if (inputs.Count == 0) throw new ReverieException("the recipe names no picture to begin with");
        var recorded = DreamSettings.FromJson(recipe.Settings);
        RecipeSettings.EnsureComplete(recipe.Settings, DreamSettings.ToJson(recorded));
        if (recorded.Objective is null) throw new ReverieException("the recipe's settings lack 'objective'; the recipe is damaged, or was written by hand");
        var settings = recorded with { Pictures = [.. inputs.Skip(1).Select(Picture.Load)] };
        var result = DreamTask.Run(context, settings, network, Picture.Load(inputs[0]), runtime);
        // a recorded cancellation ends the run early by itself; only a new one is the user's
        context.Cancellation.ThrowIfCancellationRequested();
        return result.Picture;
    }
}
