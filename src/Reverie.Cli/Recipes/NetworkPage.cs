using System.Globalization;
using System.Net;
using System.Text;
using Reverie.Cli.Reports;
using Reverie.Models;
using Reverie.Models.Anatomy;

namespace Reverie.Cli.Recipes;

/// <summary>What <c>reverie models show -o</c> writes: the drawing of a network alone, or a page with what is known of it, in one file that needs no other.</summary>
internal static class NetworkPage
{
    /// <summary>Refuses a file whose name says neither SVG nor HTML.</summary>
    /// <exception cref="ReverieException">It ends neither in .svg nor in .html.</exception>
    public static void EnsureKind(string file)
    {
        if (!IsSvg(file) && !IsHtml(file)) throw new ReverieException($"a network is drawn as .svg or .html, not as '{Path.GetExtension(file)}': -o {Path.GetFileNameWithoutExtension(file)}.html");
    }

    /// <summary>Writes the file.</summary>
    /// <param name="file">A file that ends in .svg or .html.</param>
    /// <param name="network">The network.</param>
    /// <param name="anatomy">Its layers.</param>
    /// <param name="facts">What is known of it, by name.</param>
    /// <param name="check">What it says to the sample; null where that says nothing.</param>
    /// <param name="force">Whether an existing file may be replaced.</param>
    public static void Write(string file, Network network, NetworkAnatomy anatomy, IReadOnlyList<(string Name, string Text)> facts, CardCheck? check, bool force)
    {
        var svg = NetworkSvg.Draw(anatomy, network.Name, NetworkText.Sum(anatomy));
        var text = IsSvg(file) ? svg : Head(network) + Facts(facts) + Sample(check) + svg + "</body></html>\n";
        AtomicFile.Write(file, force, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static bool IsSvg(string file) => file.EndsWith(".svg", StringComparison.OrdinalIgnoreCase);

    private static bool IsHtml(string file) => file.EndsWith(".html", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".htm", StringComparison.OrdinalIgnoreCase);

    private static string Head(Network network) => $$"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Text(network.Name)}}</title>
        <style>
        body { background: #17171a; color: #ddd; font: 15px/1.5 system-ui, sans-serif; margin: 2rem }
        h1 { margin: 0 0 1rem } table { border-collapse: collapse; margin: 0 0 1.5rem } td { padding: .15rem 1.2rem .15rem 0; vertical-align: top; max-width: 60rem } td:first-child { color: #888 }
        figure { display: flex; gap: 1.5rem; align-items: center; margin: 0 0 1.5rem } figure img { width: 160px; border-radius: 3px } figcaption table { margin: 0 } .bar { background: #6fa8dc; height: .7rem; display: inline-block }
        svg { display: block }
        </style></head><body>
        <h1>{{Text(network.Name)}}</h1>

        """;

    private static string Facts(IReadOnlyList<(string Name, string Text)> facts) =>
        $"<table>{string.Concat(facts.Select(fact => $"<tr><td>{Text(fact.Name)}</td><td>{Text(fact.Text)}</td></tr>\n"))}</table>\n";

    // The sample as the library holds it, and what the network says to it.
    private static string Sample(CardCheck? check)
    {
        if (check is null) return "";
        var rows = check.Predictions.Select(prediction => string.Create(CultureInfo.InvariantCulture,
            $"<tr><td>{Text(prediction.Label)}</td><td>{prediction.Probability:P1}</td><td><span class=\"bar\" style=\"width: {100 * prediction.Probability:0.0}px\"></span></td></tr>"));
        return $"<figure><img alt=\"the sample: a cat\" src=\"{EmbeddedImage.Url(CardCheck.Sample())}\"><figcaption><table>{string.Concat(rows)}</table></figcaption></figure>\n";
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
