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
        var page = new StringBuilder(Head(network));
        for (var number = 0; number < stops.Count; number++)
        {
            var layer = stops[number];
            var channels = network.Graph.TypeOf(layer)?.Shape is [_, { Value: { } known }, ..] ? (int)known : throw new ReverieException($"how many channels {layer} has is not known");
            var shown = Math.Min(count, channels);
            context.Say($"{number + 1}/{stops.Count}: {layer}");
            var settings = options.Read(context, network, layer, [.. Enumerable.Range(0, shown).Select(index => (int)((index + 0.5) * channels / shown))], seed);
            // what a low layer sees is small: a small picture shows it larger
            var field = layer == stops[^1] && network.Card.Output.Logits is not null ? null : Locality.Of(network.Graph, [layer], network.Input).FieldOf(layer).Y;
            if (!context.Given(options.Size) && network.SizeReason is null && field is not null) settings = settings with { Size = (int)Math.Clamp(2 * field.Size, 48, settings.Size) };
            var result = FeatureTask.Run(context, settings, network, context.Runtime);
            context.Cancellation.ThrowIfCancellationRequested();
            var patches = pictures.Count > 0 ? FeatureTask.Seek(context, settings, network, pictures, context.Runtime) : null;
            page.Append(Section(layer, channels, field, settings, result, patches, network));
        }
        page.Append("</body></html>\n");
        AtomicFile.Write(output, context.Force, stream => stream.Write(Encoding.UTF8.GetBytes(page.ToString())));
        context.Write(output);
        context.Report.Add("tour", new { output, layers = stops });
    }

    private static string Head(Network network) => $$"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>What {{Text(network.Name)}} looks for</title>
        <style>
        body { background: #17171a; color: #ddd; font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
        h2 { margin: 2.5rem 0 0 } code { color: #e8c48a } p { max-width: 46rem; margin: .4rem 0 1rem; color: #aaa }
        .row { display: flex; flex-wrap: wrap; gap: 10px } figure { margin: 0; width: 128px } figure.wide { width: 100%; display: flex; gap: 6px; align-items: center }
        img { width: 128px; height: 128px; object-fit: cover; border-radius: 3px; display: block } figcaption { font-size: .8rem; color: #999; text-align: center } figure.wide img.patch { width: 84px; height: 84px }
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
            section.Append(best.Count > 0 ? "<figure class=\"wide\">" : "<figure>").Append(Image(feature.Picture, "")).Append("<figcaption>").Append(Text(FeatureTask.Label(settings, feature, network))).Append("</figcaption>");
            foreach (var patch in best) section.Append(Image(patch.Part, " class=\"patch\""));
            section.Append("</figure>\n");
        }
        return section.Append("</div>\n").ToString();
    }

    private static string Image(Picture picture, string attributes) => $"<img{attributes} alt=\"\" src=\"{EmbeddedImage.Url(picture)}\">";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
