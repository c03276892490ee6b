using Reverie.Cli.Commands;
using Reverie.Cli.Options;
using Reverie.Models;
using Reverie.Recipes;

namespace Reverie.Cli.Recipes;

/// <summary>Finds the files that a recipe names, and makes sure that they are the same as then.</summary>
internal static class RecordedFiles
{
    /// <summary>Where the files are that a result was made from.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="given">Where the user says that the first ones are; the others are where the recipe says.</param>
    /// <param name="original">The file that the recipe's paths are relative to the folder of.</param>
    /// <exception cref="ReverieException">A file is missing or another one.</exception>
    public static List<string> FindInputs(Recipe recipe, string[] given, string original)
    {
        if (given.Length > recipe.Inputs.Count) throw new ReverieException($"{original} was made from {recipe.Inputs.Count} file(s), but --input is given {given.Length} times");
        return [.. recipe.Inputs.Select((recorded, index) => FindInput(recorded, index < given.Length ? given[index] : null, original))];
    }

    /// <summary>The network that a result was made by: the one that <c>--model</c> names, or the recorded one.</summary>
    /// <exception cref="ReverieException">It is missing or another one.</exception>
    public static Network FindNetwork(CommandContext context, SharedOptions shared, Recipe recipe, string original)
    {
        var recorded = recipe.Model.File is null || Path.IsPathRooted(recipe.Model.File) ? null : Path.Combine(Path.GetDirectoryName(original) ?? "", recipe.Model.File);
        var network = context.Given(shared.Model) || recorded is null ? context.LoadNetwork()
            : File.Exists(recorded) ? Network.Load(recorded)
            : throw new ReverieException($"the network that made {original} ({recipe.Model.Name}) is not at {recorded}; say where it is with --model");
        var restored = recipe.Model.Restore(network, original, out var changes);
        if (changes.Count > 0) context.Say($"the model card of {network.Name} has changed since {original} was made ({string.Join(", ", changes)}); the card of then is used");
        context.Report.Add("cardChanges", changes);
        return restored;
    }

    private static string FindInput(RecipeFile recorded, string? given, string original)
    {
        var what = recorded.Name ?? "picture";
        // an embedded network is no file
        if (recorded.File is null && recorded.Name is not null && given is null) return "";
        // a stranger's recipe may point anywhere; only relative paths, as Reverie writes them, are followed
        var path = given ?? (recorded.File is null || Path.IsPathRooted(recorded.File) ? null : Path.Combine(Path.GetDirectoryName(original) ?? "", recorded.File));
        if (path is null || !File.Exists(path)) throw new ReverieException($"the {what} that {original} was made from is not at {path ?? recorded.File}; say where it is with --input");
        var hash = FileHash.Of(path);
        return hash == recorded.Sha256 ? path : throw new ReverieException($"{path} is not the {what} that {original} was made from: its SHA-256 is {hash}, the recipe's is {recorded.Sha256}");
    }
}
