using Reverie.Cli.Commands;
using Reverie.Dream.Visualisation;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Recipes;
using Reverie.Runtime;

namespace Reverie.Cli.Recipes;

/// <summary>Seeks features with progress, and lays them out: for the command that makes them and for the replay that makes them again.</summary>
internal static class FeatureTask
{
    /// <summary>Patches of the user's pictures beside each feature.</summary>
    private const int Patches = 5;

    // smaller features can't be seen on a sheet
    private const int SmallestTile = 64;

    /// <summary>Seeks features.</summary>
    public static FeatureResult Run(CommandContext context, FeatureVisualisation settings, Network network, RuntimeOptions runtime)
    {
        var progress = context.Progress("visualising");
        var result = context.Report.Timed("visualise", () => settings.Run(network, new Relay(progress), runtime, context.Cancellation));
        progress.Dispose();
        return result;
    }

    /// <summary>Seeks the parts of pictures that excite the channels most.</summary>
    public static IReadOnlyList<ChannelPatches> Seek(CommandContext context, FeatureVisualisation settings, Network network, IReadOnlyList<string> pictures, RuntimeOptions runtime)
    {
        var progress = context.Progress("searching pictures");
        var found = context.Report.Timed("search", () => NaturalPatches.Seek(network, settings.Layer, settings.Channels, pictures.Select(Picture.Load), Patches, new Count(progress, pictures.Count), runtime, context.Cancellation));
        progress.Dispose();
        return found;
    }

    /// <summary>One feature as it is; several on a sheet, with their channels or classes under them; with patches, each in a row with its own.</summary>
    public static Picture Lay(FeatureVisualisation settings, FeatureResult result, Network network, IReadOnlyList<ChannelPatches>? patches)
    {
        if (patches is null)
            return result.Features.Count == 1 ? result.Features[0].Picture
                : ContactSheet.Draw([.. result.Features.Select(Tile)], settings.Variants > 1 ? settings.Variants : ContactSheet.Columns(result.Features.Count));
        var kept = patches.Max(each => each.Best.Count);
        return ContactSheet.Draw([.. result.Features.Where(feature => feature.Variant == 0).SelectMany(feature => Row(feature, patches.First(each => each.Channel == feature.Channel)))], 1 + kept);

        ContactSheet.Tile Tile(Feature feature) => new(Magnified(feature.Picture), Label(settings, feature, network));

        IEnumerable<ContactSheet.Tile> Row(Feature feature, ChannelPatches found) => found.Best
            .Select(patch => new ContactSheet.Tile(Fitted(patch.Part, Magnification(settings.Size) * settings.Size), FormattableString.Invariant($"{patch.Activation:0.#}")))
            .Concat(Enumerable.Repeat(new ContactSheet.Tile(new(1, 1)), kept - found.Best.Count)).Prepend(Tile(feature));
    }

    /// <summary>What a feature is called: its class's name, or its channel's number.</summary>
    public static string Label(FeatureVisualisation settings, Feature feature, Network network) =>
        (network.Card.Output.Logits is not null && network.Graph.Resolve(settings.Layer) == network.Logits && network.Labels is { } labels && feature.Channel < labels.Count
            ? labels.Short(feature.Channel) : $"{feature.Channel}") + (feature.Dead ? " (silent)" : "");

    /// <summary>Seeks recorded features again.</summary>
    public static Picture Replay(CommandContext context, Recipe recipe, Network network, IReadOnlyList<string> inputs, RuntimeOptions runtime)
    {
        var settings = FeatureVisualisation.FromJson(recipe.Settings);
        var result = Run(context, settings, network, runtime);
        context.Cancellation.ThrowIfCancellationRequested();
        return Lay(settings, result, network, inputs.Count > 0 ? Seek(context, settings, network, inputs, runtime) : null);
    }

    // Few pixels are shown as what they are: as squares.
    private static Picture Magnified(Picture picture)
    {
        var times = Magnification(picture.Width);
        if (times == 1) return picture;
        var large = new Picture(times * picture.Height, times * picture.Width);
        for (var line = 0; line < 3 * large.Height; line++)
            for (var x = 0; x < large.Width; x++) large.Rgb[line * large.Width + x] = picture.Rgb[line / times * picture.Width + x / times];
        return large;
    }

    private static int Magnification(int size) => size < SmallestTile / 2 ? SmallestTile / size : 1;

    private static Picture Fitted(Picture picture, int size)
    {
        var (height, width) = Fit.LongSide(picture.Height, picture.Width, size);
        return picture.Resize(height, width);
    }

    private sealed class Relay(ProgressDisplay display) : IProgress<FeatureProgress>
    {
        public void Report(FeatureProgress value) => display.Report(value.Done, value.Total, $"{value.Finished}/{value.Pictures} pictures");
    }

    private sealed class Count(ProgressDisplay display, int total) : IProgress<int>
    {
        public void Report(int value) => display.Report(value, total, $"{value}/{total} pictures");
    }
}
