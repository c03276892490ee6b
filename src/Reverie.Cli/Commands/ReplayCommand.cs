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
        AddOptions([shared.Output, _input, _verify, shared.Model, shared.Cache, shared.Force, shared.Json, shared.Quiet]);
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
        var inputs = RecordedFiles.FindInputs(recipe, context.Value(_input) ?? [], original);
        var network = RecordedFiles.FindNetwork(context, Shared, recipe, original);
        using var _ = network == Network.Embedded ? null : network;
        var runtime = new RuntimeOptions { Provider = recipe.Runtime.Provider, Threads = recipe.Runtime.Threads, Cache = context.Cache };
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
}
