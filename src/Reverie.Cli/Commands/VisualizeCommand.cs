using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Options;
using Reverie.Cli.Recipes;
using Reverie.Cli.Reports;
using Reverie.Dream.Visualisation;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;

namespace Reverie.Cli.Commands;

/// <summary><c>reverie visualize</c>: what does a filter look for?</summary>
internal sealed class VisualizeCommand : ReverieCommand
{
    private readonly Option<string?> _layer = new("--layer", "-l") { Description = "The layer, or some of its channels. Without it: what the network's card recommends", HelpName = "TENSOR[:CHANNEL,...]" };
    private readonly Option<string[]> _channels = new("--channel", "-c") { Description = "A channel, or several: 12 or 12,40 or 0-15", HelpName = "N,..." };
    private readonly Option<string[]> _classes = new("--class", "-t") { Description = "A class instead of a layer's channel: index or name", HelpName = "CLASS" };
    private readonly Option<bool> _all = new("--all") { Description = "All channels of the layer" };
    private readonly Option<int?> _count = NumberOption.Int("--count", "So many channels, spread over the layer (without any choice: 9)", 1, 100_000);
    private readonly Option<string?> _data = new("--data", "-d") { Description = "Beside each picture those parts of this folder's pictures that excite the channel most", HelpName = "FOLDER" };
    private readonly Option<bool> _tour = new("--tour") { Description = "Make a page that shows the network from its lowest layers, which look for edges, to its highest, which look for objects" };
    private readonly FeatureOptions _feature = new();

    public VisualizeCommand(SharedOptions shared) : base("visualize", "Seek the pictures that excite a filter or a class most: what does it look for?", shared) =>
        AddOptions([shared.Output, _layer, _channels, _classes, _all, _count, _data, _tour, .. _feature.All, shared.Seed, .. shared.Computing]);

    protected override void Run(CommandContext context)
    {
        var network = context.LoadNetwork();
        using var _ = network == Network.Embedded ? null : network;
        if (context.Value(_tour))
        {
            if (context.Given(_layer) || context.Given(_channels) || context.Given(_classes) || context.Given(_all)) throw new ReverieException("--tour chooses layers and channels itself; leave --layer, --channel, --class and --all out");
            FeatureTour.Run(context, network, _feature, context.Outputs.Result(context.Value(Shared.Output), $"{network.Name}.", "tour", ".html"), context.Value(_count) ?? 8, Pictures(context), (ulong)(context.Value(Shared.Seed) ?? 0));
            return;
        }
        var (layer, channels) = Choose(context, network);
        var settings = _feature.Read(context, network, layer, channels, (ulong)(context.Value(Shared.Seed) ?? 0));
        var output = context.Outputs.Result(context.Value(Shared.Output), FileName(network, layer, channels), "visualize", ".png");
        var columns = settings.Variants > 1 ? settings.Variants : ContactSheet.Columns(channels.Count);
        Picture.EnsureSavable(output, settings.Size * ((channels.Count * settings.Variants + columns - 1) / columns), settings.Size * columns, overwrite: context.Force);
        var pictures = Pictures(context);
        // before any work: a JPEG has little room for a recipe
        Picture.EnsureHolds(output, new() { [PictureMetadata.Recipe] = MakeRecipe(context, settings, network, pictures, output).ToJson() });

        var result = FeatureTask.Run(context, settings, network, context.Runtime);
        if (result.Cancelled)
        {
            if (result.Features.Count == 0) throw new OperationCanceledException(context.Cancellation);
            (settings, pictures) = (settings with { Channels = [.. result.Features.Select(feature => feature.Channel).Distinct()] }, []);
        }
        var patches = pictures.Count > 0 ? FeatureTask.Seek(context, settings, network, pictures, context.Runtime) : null;
        var recipe = MakeRecipe(context, settings, network, pictures, output);
        output = context.Keep(output, path => FeatureTask.Lay(settings, result, network, patches).Save(path, new PictureMetadata { [PictureMetadata.Recipe] = recipe.ToJson() }, context.Force));
        Describe(context, settings, result, network, patches, output);
        if (!result.Cancelled) return;
        context.Finish();
        throw new CancelledWithResultException($"cancelled after {settings.Channels.Count} of {channels.Count} channels; what was found so far is in {output}");
    }

    private static Recipe MakeRecipe(CommandContext context, FeatureVisualisation settings, Network network, IReadOnlyList<string> pictures, string output) => new()
    {
        Reverie = JsonReport.Version,
        Command = "visualize",
        Settings = settings.ToJson(),
        Model = RecipeModel.Of(network, output),
        Inputs = [.. pictures.Select(picture => new RecipeFile(FileHash.Of(picture), FileHash.RelativeTo(output, picture)))],
        Runtime = DreamCommand.RuntimeHere(context.Runtime),
    };

    // the pictures of --data, in the order of their names
    private List<string> Pictures(CommandContext context)
    {
        if (context.Value(_data) is not { } folder) return [];
        if (!Directory.Exists(folder)) throw new ReverieException($"there is no folder '{folder}'; --data takes one with pictures");
        string[] extensions = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"];
        var pictures = Directory.EnumerateFiles(folder).Where(file => extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).ToList();
        return pictures.Count > 0 ? pictures : throw new ReverieException($"there are no pictures in '{folder}' (.png, .jpg, .webp, .gif or .bmp)");
    }

    private (string Layer, IReadOnlyList<int> Channels) Choose(CommandContext context, Network network)
    {
        if (context.Value(_classes) is { Length: > 0 } classes)
        {
            if (context.Given(_layer) || context.Given(_channels) || context.Given(_all) || context.Given(_count)) throw new ReverieException("--class takes the place of --layer and --channel; give one or the other");
            return (network.Logits, [.. classes.Select(text => Reverie.Dream.Objective.Class(network, text).Terms[0].Channels![0])]);
        }
        var reference = LayerReference.Parse(context.Value(_layer) ?? new Reverie.Dream.DeepDream().ObjectiveFor(network).Terms[0].Layer, network);
        var chosen = (reference.Channels ?? []).Concat((context.Value(_channels) ?? []).SelectMany(Numbers)).Distinct().ToList();
        if (chosen.Count > 0) return context.Given(_all) || context.Given(_count) ? throw new ReverieException("channels are named already; leave --all and --count out") : (reference.Tensor, chosen);
        var count = network.Graph.TypeOf(reference.Tensor)?.Shape is [_, var channels, ..] ? channels.Value : null;
        if (count is not { } known) throw new ReverieException($"how many channels {reference.Tensor} has is not known; name some with --channel");
        var wanted = context.Value(_all) ? (int)known : (int)Math.Min(known, context.Value(_count) ?? 9);
        return (reference.Tensor, [.. Enumerable.Range(0, wanted).Select(index => (int)(index * known / wanted))]);
    }

    private static IEnumerable<int> Numbers(string text) => text.Split(',').SelectMany(part =>
    {
        var ends = part.Split('-');
        if (ends.Length is 1 or 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first <= last && last - first < 100_000)
            return Enumerable.Range(first, last - first + 1);
        throw new ReverieException($"--channel takes numbers such as 12, 12,40 or 0-15, not '{text}'");
    });

    // beside the user, not beside the network, whose folder may not be theirs
    private static string FileName(Network network, string layer, IReadOnlyList<int> channels) =>
        string.Concat($"{network.Name}.{layer}{(channels.Count == 1 ? $".{channels[0]}" : "")}".Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-')) + ".";

    private static void Describe(CommandContext context, FeatureVisualisation settings, FeatureResult result, Network network, IReadOnlyList<ChannelPatches>? patches, string output)
    {
        var dead = result.Features.Where(feature => feature.Dead).Select(feature => feature.Channel).Distinct().ToList();
        if (dead.Count > 0) context.Say($"nothing was found that excites {(dead.Count == 1 ? "channel" : "channels")} {string.Join(", ", dead)} of {settings.Layer}");
        if (patches is not null)
        {
            var beyond = result.Features.Count(feature => feature.Highest > patches.First(found => found.Channel == feature.Channel).Extreme);
            context.Say($"{beyond} of {result.Features.Count} pictures excite their channel more than all but one in a thousand of the folder's patches do");
        }
        context.Write(output);
        context.Report.Add("settings", settings.ToJson());
        context.Report.Add("runtime", DreamCommand.RuntimeHere(context.Runtime));
        context.Report.Add("visualize", new
        {
            output,
            cancelled = result.Cancelled,
            features = result.Features.Select(feature => new
            {
                channel = feature.Channel,
                variant = feature.Variant,
                label = FeatureTask.Label(settings, feature, network),
                mean = feature.Mean,
                highest = feature.Highest,
                rescued = feature.Rescued,
                dead = feature.Dead,
                natural999 = patches?.FirstOrDefault(found => found.Channel == feature.Channel)?.Extreme,
                naturalHighest = patches?.FirstOrDefault(found => found.Channel == feature.Channel)?.Best[0].Activation,
            }),
        });
    }
}
