using System.Net;
using System.Text;
using Reverie.Cli.Commands;
using Reverie.Dream.Presets;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Cli.Recipes;

/// <summary>The page of <c>reverie presets --gallery</c>: every preset of a network with a picture and the command that makes it, in one file.</summary>
internal static class PresetGallery
{
    /// <summary>Makes the page.</summary>
    public static void Run(CommandContext context, Network network, IReadOnlyList<DreamPreset> presets, IReadOnlyList<Picture> images, int size, ulong seed, string output)
    {
        var page = new StringBuilder($$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Presets of {{Text(network.Name)}}</title>
            <style>
            body { background: #17171a; color: #ddd; font: 16px/1.5 system-ui, sans-serif; max-width: 84rem; margin: 2rem auto; padding: 0 1rem }
            main { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1.2rem }
            figure { margin: 0 } img { width: 100%; border-radius: 4px; display: block } figcaption { margin-top: .4rem; color: #aaa } b { color: #eee } code { color: #e8c48a; font-size: .85rem }
            </style></head><body>
            <h1>Presets of {{Text(network.Name)}}</h1>
            <main>

            """);
        for (var index = 0; index < presets.Count; index++)
        {
            var (preset, image) = (presets[index], images[index % images.Count]);
            context.Say($"{index + 1}/{presets.Count}: {preset.Name}");
            var result = DreamTask.Run(context, preset.For(network) with { Size = size, Seed = seed }, network, image, context.Runtime);
            context.Cancellation.ThrowIfCancellationRequested();
            page.Append($"<figure><img alt=\"{Text(preset.Name)}\" src=\"{EmbeddedImage.Url(result.Picture)}\"><figcaption><b>{Text(preset.Name)}</b>: {Text(preset.Description)}<br><code>--preset {Text(preset.Name)}</code></figcaption></figure>\n");
        }
        page.Append("</main></body></html>\n");
        AtomicFile.Write(output, context.Force, stream => stream.Write(Encoding.UTF8.GetBytes(page.ToString())));
        context.Write(output);
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
