using System.CommandLine;
using System.Globalization;
using Reverie.Cli.Commands;
using Reverie.Dream;
using Reverie.Dream.Objectives;
using Reverie.Dream.Regions;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Cli.Options;

/// <summary>The options that say what a dream is to make larger; all that are given are added up.</summary>
internal sealed class ObjectiveOptions
{
    private readonly Option<string[]> _layers = new("--layer", "-l")
    {
        Description = "What to excite: a tensor, or some of its channels; several layers are added up, with weights if wanted (0.5*conv3:12,40). Without it: what the network's card recommends",
        HelpName = "[WEIGHT*]TENSOR[:CHANNEL,...]",
    };
    private readonly Option<string?> _objective = new("--objective")
    {
        Description = "What to excite, as a formula: \"A:12 - 0.5*B + target(tabby)\"; terms are TENSOR[:CHANNEL,...][@X,Y], mean(TENSOR:CHANNEL), target(CLASS), guide(TENSOR, PICTURE), guide-sum(TENSOR, PICTURE), direction(TENSOR, FILE.npy)",
        HelpName = "FORMULA",
    };
    private readonly Option<string[]> _targets = new("--target", "-t") { Description = "A class to call up: index or name", HelpName = "CLASS" };
    private readonly Option<string?> _channels = new("--channels") { Description = "Choose the layer's channels by how strongly the picture excites them: strong:3, average:3 or weak:3", HelpName = "KIND:COUNT" };
    private readonly Option<string?> _at = new("--at") { Description = "With --channels: rank channels by this point of the picture, in pixels or percent (50%,30%). Alone: the same as with --channels strong:3", HelpName = "X,Y" };
    private readonly Option<string?> _guide = new("--guide") { Description = "A picture whose features the layer is to find everywhere: controlled dreaming", HelpName = "IMAGE" };
    private readonly Option<ObjectiveMeasure?> _guideBy = ChoiceOption.Create("--guide-by", "How the guide guides: by the best match at every place, or by the sum of what it shows", ("match", ObjectiveMeasure.Guide), ("sum", ObjectiveMeasure.GuideSum));
    private readonly Option<LayerBalance?> _balance = ChoiceOption.Create("--balance", "How several terms are weighed: norm (equal weights pull alike) or none (the plain sum)", ("norm", LayerBalance.UnitNorm), ("none", LayerBalance.None));
    private readonly Option<string[]> _then = new("--then") { Description = "What to excite in the next round, as --objective; several times for several rounds", HelpName = "FORMULA" };

    private readonly Option<string?> _mask = new("--mask") { Description = "Dream only there: a picture painted white where (greys by half), or circle(50%,40%,30%), top(40%), bottom(40%), left(50%), right(50%), not(...)", HelpName = "MASK" };
    private readonly Option<string[]> _regions = new("--region") { Description = "Dream of something else there, as --objective: \"top(40%)=target(castle)\"; several times for several parts", HelpName = "MASK=FORMULA" };
    private readonly Option<double?> _feather = NumberOption.Double("--feather", "How soft the edges of --mask and --region are, in percent of the picture's longer side; without it 1.5", 0, 50);

    /// <summary>The objectives of further rounds.</summary>
    public Option Then => _then;

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_layers, _objective, _targets, _channels, _at, _guide, _guideBy, _balance, _then, _mask, _regions, _feather];

    /// <summary>Reads them.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="network">The network.</param>
    /// <param name="defaults">What holds where none are given.</param>
    /// <param name="photo">The picture, at the size to be dreamt at, by which channels are ranked.</param>
    /// <param name="original">The picture as its file has it, in whose pixels points are given.</param>
    /// <param name="isRequired">Whether there must be an objective: the keyframes of a storyboard may have their own, where the network's card recommends none.</param>
    /// <returns>The settings with them, and the files of the guides and masks that they name.</returns>
    /// <exception cref="ReverieException">They are malformed, or name what does not exist.</exception>
    public (DeepDream Settings, IReadOnlyList<string> Pictures) Read(CommandContext context, Network network, DeepDream defaults, Func<Picture> photo, Picture original, bool isRequired = true)
    {
        var parser = new ObjectiveParser(network, original.Height, original.Width);
        if (!isRequired && defaults.Objective is null && network.Card.Layers.Dream.Count == 0 && !All.Except([_mask, _regions, _feather]).Any(context.Given)) return (Regions(context, defaults, parser), parser.PictureFiles);
        var objective = First(context, network, defaults, photo, parser);
        if (context.Value(_balance) is { } balance) objective = objective with { Balance = balance };
        var then = (context.Value(_then) ?? []).Select(text => parser.Parse(text) with { Balance = objective.Balance }).ToList();
        // another objective than a preset's leaves the preset's rounds behind; where it is dreamt does not
        var own = All.Except([_mask, _regions, _feather]).Any(context.Given);
        var settings = Regions(context, defaults, parser) with { Objective = objective, Then = then.Count > 0 ? then : own ? null : defaults.Then };
        return (settings, parser.PictureFiles);
    }

    private DeepDream Regions(CommandContext context, DeepDream defaults, ObjectiveParser parser)
    {
        var regions = context.Value(_regions) ?? [];
        if (context.Given(_feather) && !context.Given(_mask) && regions.Length == 0) throw new ReverieException("--feather softens the edges of --mask and --region; give one of them");
        var masks = new RegionParser(parser, context.Value(_feather) / 100 ?? RegionMask.DefaultFeather);
        return defaults with
        {
            Mask = context.Value(_mask) is { } mask ? masks.Mask(mask) : defaults.Mask,
            Regions = regions.Length > 0 ? [.. regions.Select(masks.Region)] : defaults.Regions,
        };
    }

    private Objective First(CommandContext context, Network network, DeepDream defaults, Func<Picture> photo, ObjectiveParser parser)
    {
        var layers = (context.Value(_layers) ?? []).SelectMany(layer => parser.Parse(layer).Terms).ToList();
        if (layers.Count == 0 && (context.Given(_channels) || context.Given(_at) || context.Given(_guide) || !(context.Given(_objective) || context.Given(_targets))))
            layers.AddRange(defaults.ObjectiveFor(network).Terms);
        if (context.Given(_channels) || context.Given(_at)) layers = Chosen(context, network, photo, parser, layers);
        if (context.Value(_guide) is { } guide)
        {
            var measure = context.Value(_guideBy) ?? ObjectiveMeasure.Guide;
            layers = [.. layers.Select(layer => layer with { Measure = measure, Guide = parser.Picture(guide) })];
        }
        else if (context.Given(_guideBy)) throw new ReverieException("--guide-by says how a guide guides; give the guide with --guide IMAGE");
        if (context.Value(_objective) is { } formula) layers.AddRange(parser.Parse(formula).Terms);
        foreach (var target in context.Value(_targets) ?? []) layers.AddRange(Objective.Class(network, target).Terms);
        return new() { Terms = layers };
    }

    private List<ObjectiveTerm> Chosen(CommandContext context, Network network, Func<Picture> photo, ObjectiveParser parser, List<ObjectiveTerm> layers)
    {
        var (kind, count) = Kind(context.Value(_channels) ?? "strong:3");
        Place? at = context.Value(_at) is { } point ? parser.Point(point) : null;
        var chosen = new List<ObjectiveTerm>();
        foreach (var layer in layers)
        {
            if (layer.Channels is not null) throw new ReverieException($"{layer} names its channels already; leave them out, or leave --channels and --at out");
            var channels = ChannelRanking.Choose(ChannelRanking.Rank(network, layer.Layer, photo(), at, context.Runtime, context.Cancellation), kind, count);
            context.Say($"{layer.Layer}: channels {string.Join(", ", channels)}");
            chosen.Add(layer with { Channels = channels });
        }
        return chosen;
    }

    private static (ChannelKind Kind, int Count) Kind(string text)
    {
        var parts = text.Split(':');
        if (parts.Length <= 2 && Enum.TryParse<ChannelKind>(parts[0], ignoreCase: true, out var kind) && Enum.IsDefined(kind) && !char.IsAsciiDigit(parts[0][0])
            && int.TryParse(parts.Length == 2 ? parts[1] : "3", NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
            return (kind, count);
        throw new ReverieException($"--channels takes strong:N, average:N or weak:N, not '{text}'");
    }
}
