using System.Net;
using System.Text;
using Reverie.Cli.Commands;
using Reverie.Cli.Options;
using Reverie.Dream.Visualisation;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Tiling;

namespace Reverie.Cli.Recipes;

/// <summary>The page of <c>reverie visualize --tour</c>: a network from its lowest layers to its classes, in one file that needs no other.</summary>
internal static class FeatureTour
{
    private const int Layers = 6;

    // pixels that a neuron of a first layer sees
    private const int Edge = 12;

    // for each channel shown, so many are looked at in the user's pictures
    private const int Candidates = 4;

    /// <summary>Makes the page.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="network">The network.</param>
    /// <param name="options">How features are sought.</param>
    /// <param name="output">The file.</param>
    /// <param name="count">Channels of each layer.</param>
    /// <param name="pictures">Pictures whose patches are shown beside them; may be empty.</param>
    /// <param name="seed">Where the noise begins.</param>
    public static void Run(CommandContext context, Network network, FeatureOptions options, string output, int count, IReadOnlyList<string> pictures, ulong seed)
    {
        var stops = TrunkLayers.Of(network, Layers).ToList();
        if (network.Card.Output.Logits is not null) stops.Add(network.Logits);
        var (page, told) = (new StringBuilder(Head(network)), new List<object>());
        for (var number = 0; number < stops.Count; number++)
        {
            var layer = stops[number];
            var channels = network.Graph.TypeOf(layer)?.Shape is [_, { Value: { } known }, ..] ? (int)known : throw new ReverieException($"how many channels {layer} has is not known");
            context.Say($"{number + 1}/{stops.Count}: {layer}");
            var settings = options.Read(context, network, layer, Spread(channels, pictures.Count > 0 ? Candidates * count : count), seed);
            var patches = pictures.Count > 0 ? FeatureTask.Seek(context, settings, network, pictures, context.Runtime) : null;
            if (patches is not null) settings = settings with { Channels = Alive(patches, count) };
            var field = layer == stops[^1] && network.Card.Output.Logits is not null ? null : Locality.Of(network.Graph, [layer], network.Input).FieldOf(layer).Y;
            if (network.SizeReason is null && field is not null) settings = Magnified(context, options, settings, (int)Math.Min(field.Size, settings.Size));
            var result = FeatureTask.Run(context, settings, network, context.Runtime);
            context.Cancellation.ThrowIfCancellationRequested();
            told.Add(new { layer, features = result.Features.Select(feature => Told(feature, patches)).ToList() });
            page.Append(Section(layer, channels, field, settings, result, patches, network));
        }
        page.Append("</body></html>\n");
        AtomicFile.Write(output, context.Force, stream => stream.Write(Encoding.UTF8.GetBytes(page.ToString())));
        context.Write(output);
        context.Report.Add("tour", new { output, layers = told });
    }

    // What a low layer sees is small: a small picture shows it larger. Where it is as small as an edge, the pixels that one neuron sees, and nothing beside them, show it best.
    private static FeatureVisualisation Magnified(CommandContext context, FeatureOptions options, FeatureVisualisation settings, int field)
    {
        if (context.Given(options.Size)) return settings;
        if (field > Edge || settings is not { Parameterisation: FeatureParameterisation.Fourier, Focus: FeatureFocus.Channel, Robustness: 1 }) return settings with { Size = Math.Clamp(2 * field, 48, settings.Size) };
        return settings with { Size = Math.Max(8, field + 2), Parameterisation = FeatureParameterisation.Pixels, Focus = FeatureFocus.Neuron, Robustness = 0 };
    }

    // Channels spread over a layer.
    private static IReadOnlyList<int> Spread(int channels, int count) => [.. Enumerable.Range(0, Math.Min(count, channels)).Select(index => (int)((index + 0.5) * channels / Math.Min(count, channels)))];

    // Those to which one patch of a thousand of the user's pictures means something: what a filter looks for that never answers there cannot be judged. Where there are not enough, the strongest of the others too.
    private static IReadOnlyList<int> Alive(IReadOnlyList<ChannelPatches> patches, int count)
    {
        var alive = patches.Where(each => each.Extreme > 0).ToList();
        var chosen = Spread(alive.Count, count).Select(index => alive[index].Channel);
        var others = patches.Except(alive).OrderByDescending(each => each.Best.Count > 0 ? each.Best[0].Activation : double.NegativeInfinity).Select(each => each.Channel);
        return [.. chosen.Concat(others).Take(count).Order()];
    }

    private static object Told(Feature feature, IReadOnlyList<ChannelPatches>? patches)
    {
        var extreme = patches?.First(each => each.Channel == feature.Channel).Extreme;
        return new { feature.Channel, activation = feature.Highest, feature.Mean, feature.Dead, feature.Rescued, natural999 = extreme, exceeds999 = extreme is { } natural ? feature.Highest > natural : (bool?)null };
    }

    // How the feature compares with what natural patches reach.
    private static string Against(Feature feature, IReadOnlyList<ChannelPatches>? patches)
    {
        if (patches?.First(each => each.Channel == feature.Channel).Extreme is not { } natural) return "";
        return natural > 0
            ? FormattableString.Invariant($"<br>{feature.Highest:0.#}, {feature.Highest / natural:0.#} times what one natural patch in 1000 exceeds")
            : FormattableString.Invariant($"<br>{feature.Highest:0.#}; one natural patch in 1000 exceeds {natural:0.#}");
    }

    private static string Head(Network network) => $$"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>What {{Text(network.Name)}} looks for</title>
        <style>
        body { background: #17171a; color: #ddd; font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
        h2 { margin: 2.5rem 0 0 } code { color: #e8c48a } p { max-width: 46rem; margin: .4rem 0 1rem; color: #aaa }
        .row { display: flex; flex-wrap: wrap; gap: 10px } figure { margin: 0; width: 128px } figure.wide { width: 100%; display: flex; gap: 6px; align-items: center } figure.wide figcaption { width: 9rem; text-align: left }
        img { width: 128px; height: 128px; object-fit: cover; border-radius: 3px; display: block } img.few { image-rendering: pixelated } figcaption { font-size: .8rem; color: #999; text-align: center } figure.wide img.patch { width: 84px; height: 84px }
        </style></head><body>
        <h1>What {{Text(network.Name)}} looks for</h1>
        <p>Each picture began as noise and was changed, step by step, so that one filter of the network answers to it as strongly as possible. Low layers, at the top of this page, look for
        edges, colours and textures; the higher a layer, the larger and the more particular is what it looks for, until the last one looks for things that have names.</p>

        """;

    private static string Section(string layer, int channels, ReceptiveField? field, FeatureVisualisation settings, FeatureResult result, IReadOnlyList<ChannelPatches>? patches, Network network)
    {
        var sees = field is null ? "A neuron of it sees the whole picture." : $"A neuron of it sees {field.Size} x {field.Size} pixels.";
        var section = new StringBuilder($"<h2><code>{Text(layer)}</code></h2>\n<p>{channels} {(field is null ? "classes" : "channels")}. {sees}</p>\n<div class=\"row\">\n");
        foreach (var feature in result.Features)
        {
            var best = patches?.First(found => found.Channel == feature.Channel).Best ?? [];
            section.Append(best.Count > 0 ? "<figure class=\"wide\">" : "<figure>").Append(Image(feature.Picture, feature.Picture.Width < 32 ? " class=\"few\"" : "")).Append("<figcaption>").Append(Text(FeatureTask.Label(settings, feature, network))).Append(Against(feature, patches)).Append("</figcaption>");
            foreach (var patch in best) section.Append(Image(patch.Part, " class=\"patch\""));
            section.Append("</figure>\n");
        }
        return section.Append("</div>\n").ToString();
    }

    private static string Image(Picture picture, string attributes) => $"<img{attributes} alt=\"\" src=\"{EmbeddedImage.Url(picture)}\">";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
