using System.CommandLine;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie replay</c>: makes a picture again from the recipe inside it.</summary>
internal sealed class ReplayCommand : ReverieCommand
{
    private static readonly Dictionary<string, Replayer> Replayers = new(StringComparer.Ordinal) { ["dream"] = DreamReplay.Run, ["storyboard"] = StoryboardTask.Replay, ["style"] = StyleReplay.Run, ["visualize"] = FeatureTask.Replay, ["explain"] = ExplainTask.Replay, ["axioms"] = AxiomTask.Replay };

    private readonly Argument<string> _picture = new("picture") { Description = "A picture that Reverie made", HelpName = "PICTURE" };
    private readonly Option<string[]> _input = new("--input", "-i") { Description = "The picture that it was made from; again for each further one, in order. Without it: where the recipe says, beside the picture", HelpName = "IMAGE" };
    private readonly Option<bool> _verify = new("--verify") { Description = "Write nothing, but compare with the picture: exit code 0 if the bytes are equal, 2 if not" };

    public ReplayCommand(SharedOptions shared) : base("replay", "Make a picture again, byte for byte, from the recipe inside it", shared)
    {
        Add(_picture);
        AddOptions([shared.Output, _input, _verify, shared.Model, shared.Force, shared.Json, shared.Quiet]);
    }

    /// <summary>Makes the result of a recipe.</summary>
    internal delegate Picture Replayer(CommandContext context, Recipe recipe, Network network, IReadOnlyList<string> inputs, RuntimeOptions runtime);

    protected override void Run(CommandContext context)
    {
        var original = context.Value(_picture)!;
        var verify = context.Value(_verify);
        var metadata = Picture.ReadMetadata(original);
        if (!metadata.TryGetValue(PictureMetadata.Recipe, out var text)) throw new ReverieException($"{original} holds no recipe: it was not made by Reverie, or another program saved it since");
        var recipe = Recipe.Parse(text, original);
        if (!Replayers.TryGetValue(recipe.Command, out var replayer)) throw new ReverieException($"the recipe in {original} is for '{recipe.Command}', which this version cannot replay");
        var output = verify ? Path.Combine(Path.GetTempPath(), $"reverie-{Guid.NewGuid():N}{Path.GetExtension(original)}")
            : context.Outputs.Result(context.Value(Shared.Output), original, "replay", Path.GetExtension(original));
        var inputs = FindInputs(context, recipe, original);
        var network = FindNetwork(context, recipe, original);
        using var _ = network == Network.Embedded ? null : network;
        var runtime = new RuntimeOptions { Provider = recipe.Runtime.Provider, Threads = recipe.Runtime.Threads };
        var difference = DreamCommand.RuntimeHere(runtime).DifferenceFrom(recipe.Runtime);
        if (difference.Length > 0) context.Say($"this is not where {original} was made ({difference}): bytes may differ");

        var picture = replayer(context, recipe, network, inputs, runtime);
        try
        {
            // The recipe is written as it was read: then not only the pixels are the same.
            output = context.Keep(output, path => picture.Save(path, metadata, context.Force));
            var equal = File.ReadAllBytes(output).AsSpan().SequenceEqual(File.ReadAllBytes(original));
            context.Report.Add("replay", new { original, output = verify ? null : output, equal, difference });
            if (!verify) context.Write(output);
            else if (equal) context.Write($"{original}: equal");
            if (!equal && verify) throw new ReverieException($"{original} is not what its recipe makes here{(difference.Length > 0 ? $" ({difference})" : "; it was changed since, or made on another machine")}");
            context.Say(equal ? "equal to the original, byte for byte" : "the result differs from the original");
        }
        finally
        {
            if (verify) File.Delete(output);
        }
    }

    private List<string> FindInputs(CommandContext context, Recipe recipe, string original)
    {
        var given = context.Value(_input) ?? [];
        if (given.Length > recipe.Inputs.Count) throw new ReverieException($"{original} was made from {recipe.Inputs.Count} file(s), but --input is given {given.Length} times");
        return [.. recipe.Inputs.Select((recorded, index) => FindInput(recorded, index < given.Length ? given[index] : null, original))];
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

    private Network FindNetwork(CommandContext context, Recipe recipe, string original)
    {
        var recorded = recipe.Model.File is null || Path.IsPathRooted(recipe.Model.File) ? null : Path.Combine(Path.GetDirectoryName(original) ?? "", recipe.Model.File);
        var network = context.Given(Shared.Model) || recorded is null ? context.LoadNetwork()
            : File.Exists(recorded) ? Network.Load(recorded)
            : throw new ReverieException($"the network that made {original} ({recipe.Model.Name}) is not at {recorded}; say where it is with --model");
        var restored = recipe.Model.Restore(network, original, out var changes);
        if (changes.Count > 0) context.Say($"the model card of {network.Name} has changed since {original} was made ({string.Join(", ", changes)}); the card of then is used");
        context.Report.Add("cardChanges", changes);
        return restored;
    }
}
