using System.Globalization;
using System.Net;
using System.Text;
using Reverie.Cli.Reports;
using Reverie.Explain;
using Reverie.Imaging;

namespace Reverie.Cli.Recipes;

/// <summary>The page of <c>reverie explain --report</c>: every map over the photo with a slider between the two, legends and verdicts, in one file that needs no other and no network.</summary>
internal static class ExplainPage
{
    private const int LongSide = 720;

    /// <summary>Writes the page.</summary>
    public static void Write(string file, Explanation settings, ExplanationResult result, Picture photo, string model, bool force)
    {
        var (height, width) = Fit.LongSide(photo.Height, photo.Width, Math.Min(LongSide, Math.Max(photo.Height, photo.Width)));
        var ground = (photo.Alpha is null ? photo : photo.Flatten()).Resize(height, width);
        var heat = settings.HeatMap.View == MapView.Channels ? settings.HeatMap with { View = MapView.Overlay } : settings.HeatMap;
        var page = new StringBuilder(Head(result, model)).Append(Predictions(result)).Append("<main>\n");
        var photoUrl = EmbeddedImage.Url(ground);
        for (var index = 0; index < result.Attributions.Count; index++)
            page.Append(Section(result, index, heat, photoUrl, EmbeddedImage.Url(heat.Draw(result.Attributions[index], ground, (double)height / photo.Height))));
        page.Append("</main>\n").Append(Script).Append("</body></html>\n");
        AtomicFile.Write(file, force, stream => stream.Write(Encoding.UTF8.GetBytes(page.ToString())));
    }

    private const string Script = """
        <script>
        for (const figure of document.querySelectorAll('.compare')) {
          const slider = figure.querySelector('input'), map = figure.querySelector('.map'), line = figure.querySelector('.line');
          const move = () => { map.style.clipPath = `inset(0 0 0 ${slider.value}%)`; line.style.left = `${slider.value}%`; };
          slider.addEventListener('input', move);
          move();
        }
        </script>

        """;

    private static string Head(ExplanationResult result, string model)
    {
        var first = result.Attributions[0];
        var probability = first.Probability is { } value ? string.Create(CultureInfo.InvariantCulture, $", probability {value:P1}") : "";
        return $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Text(first.Label)}} - why?</title>
            <style>
            body { background: #17171a; color: #ddd; font: 16px/1.5 system-ui, sans-serif; max-width: 90rem; margin: 2rem auto; padding: 0 1rem }
            main { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 2rem }
            h1, h2 { margin: 0 } h2 { font-size: 1.15rem } code { color: #e8c48a } p { color: #aaa; margin: .3rem 0 } .warn { color: #e8c48a }
            .compare { position: relative; margin: .5rem 0 } .compare img { display: block; width: 100% } .compare .map { position: absolute; inset: 0 }
            .compare .line { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: #fff; pointer-events: none }
            .compare input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize } .compare input:focus-visible + .line { background: #e8c48a }
            .scale { height: .7rem; border-radius: 3px } .ends { display: flex; justify-content: space-between; font-size: .8rem; color: #999 }
            table { border-collapse: collapse; font-size: .9rem; margin: .5rem 0 } td { padding: .1rem .8rem .1rem 0; vertical-align: top } td:last-child { color: #888 }
            </style></head><body>
            <h1>{{Text(first.Label)}}: why?</h1>
            <p>What <code>{{Text(model)}}</code> answers to: score {{Number(first.Score)}}{{probability}}. Move the line over a picture to see the photo to its left, the map to its right.</p>

            """;
    }

    private static string Predictions(ExplanationResult result)
    {
        if (result.Predictions.Count == 0) return "";
        var table = new StringBuilder("<table>");
        foreach (var each in result.Predictions) table.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(each.Label)}</td><td>{each.Probability:P1}</td></tr>");
        return table.Append("</table>\n").ToString();
    }

    private static string Section(ExplanationResult result, int index, HeatMap heat, string photo, string map)
    {
        var attribution = result.Attributions[index];
        var section = new StringBuilder($"<section><h2>{Text(attribution.Method.Title)}</h2>\n<p><code>{Text(attribution.Method.Id)}</code>");
        if (attribution.Baseline is { } baseline) section.Append($", against {Text(baseline.ToString())}: score {Number(attribution.BaselineScore ?? 0)}{(attribution.BaselineLabel is { } label ? $", where the network sees {Text(label)}" : "")}");
        section.Append(CultureInfo.InvariantCulture, $"; {result.Seconds[index]:0.00} s</p>\n")
            .Append($"<div class=\"compare\"><img alt=\"the photo\" src=\"{photo}\"><img class=\"map\" alt=\"the map\" src=\"{map}\"><input type=\"range\" min=\"0\" max=\"100\" step=\"0.5\" value=\"50\" aria-label=\"photo or map\"><div class=\"line\"></div></div>\n")
            .Append(Scale(attribution, heat));
        if (attribution.Gap is { } gap) section.Append(CultureInfo.InvariantCulture, $"<p>The attributions miss what they should sum to by {gap:P2}: {Text(Completeness.Words(gap))}.{(Completeness.Advice(attribution) is { } advice ? $" To mend it: {Text(advice)}." : "")}</p>\n");
        if (attribution.BiasShare is { } share) section.Append(CultureInfo.InvariantCulture, $"<p>The network's biases took {share:P1} of the score.</p>\n");
        foreach (var note in attribution.Notes) section.Append($"<p class=\"warn\">{Text(note)}</p>\n");
        if (result.Measures.Count > 0)
        {
            section.Append("<table>");
            foreach (var (name, value, meaning) in TrustTable.Of(result, index)) section.Append($"<tr><td>{Text(name)}</td><td>{Text(value)}</td><td>{Text(meaning)}</td></tr>");
            section.Append("</table>\n");
        }
        return section.Append("</section>\n").ToString();
    }

    // The colours from the weakest number to the strongest.
    private static string Scale(Attribution attribution, HeatMap heat)
    {
        if (heat.View is MapView.Masked or MapView.Contour) return "";
        var colours = heat.Colours ?? (attribution.Method.IsSigned ? ColourScaleKind.RedBlue : ColourScaleKind.Inferno);
        var (low, strongest) = (ColourScale.IsDiverging(colours) ? -1.0 : 0.0, heat.Strongest(attribution));
        var stops = Enumerable.Range(0, 11).Select(step => ColourScale.At(colours, low + (1 - low) * step / 10)).Select(colour => $"#{Byte(colour.Red):X2}{Byte(colour.Green):X2}{Byte(colour.Blue):X2}");
        return $"<div class=\"scale\" style=\"background: linear-gradient(to right, {string.Join(", ", stops)})\"></div><div class=\"ends\"><span>{Number(low * strongest)}{(low < 0 ? " against" : "")}</span><span>{Number(strongest)}{(low < 0 ? " for" : "")}</span></div>\n";

        static int Byte(float part) => (int)Math.Round(255 * Math.Clamp(part, 0, 1));
    }

    private static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
