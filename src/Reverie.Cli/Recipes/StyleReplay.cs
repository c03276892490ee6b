using Reverie.Cli.Commands;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;
using Reverie.Style;

namespace Reverie.Cli.Recipes;

/// <summary>Paints a recorded style transfer again.</summary>
internal static class StyleReplay
{
    public static Picture Run(CommandContext context, Recipe recipe, Network network, IReadOnlyList<string> inputs, RuntimeOptions runtime)
    {
        var settings = StyleSettings.FromJson(recipe.Settings);
        RecipeSettings.EnsureComplete(recipe.Settings, StyleSettings.ToJson(settings));
        using var loaded = StyleFiles.FromRecipe(recipe, inputs).Load();
        var pictures = loaded.Inputs;
        if (pictures.Draft is { } draft && recipe.Draft is { } recorded)
        {
            pictures = pictures with { Draft = recorded.Restore(draft, "the painting", out var changes) };
            if (changes.Count > 0) context.Say($"the model card of the draft network {draft.Name} has changed since ({string.Join(", ", changes)}); the card of then is used");
        }
        var result = StyleTask.Run(context, settings, network, pictures, runtime);
        // a recorded cancellation ends the run early by itself; only a new one is the user's
        context.Cancellation.ThrowIfCancellationRequested();
        return result.Picture;
    }
}
