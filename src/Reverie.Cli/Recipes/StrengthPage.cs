using System.Globalization;
using System.Net;
using System.Text;
using Reverie.Imaging;

namespace Reverie.Cli.Recipes;

/// <summary>
/// The page of <c>reverie style --strengths</c>: one painting with a slider for its strength. Between two strengths that were painted their pictures are blended; one file that needs no other
/// and no network.
/// </summary>
internal static class StrengthPage
{
    private const int LongSide = 1024;

    private const string Script = """
        <script>
        const pictures = [...document.querySelectorAll('.stack img')], strengths = pictures.map(picture => +picture.dataset.strength);
        const slider = document.querySelector('input'), label = document.querySelector('output');
        const move = () => {
          const value = +slider.value;
          let upper = strengths.findIndex(strength => strength >= value);
          if (upper < 0) upper = strengths.length - 1;
          const lower = Math.max(0, upper - 1);
          const share = upper > lower ? (value - strengths[lower]) / (strengths[upper] - strengths[lower]) : 1;
          pictures.forEach((picture, index) => { picture.style.opacity = index === upper ? share : index === lower ? 1 : 0; });
          label.textContent = value.toFixed(0) + (strengths.includes(value) ? ', painted' : ', blended');
        };
        slider.addEventListener('input', move);
        move();
        </script>

        """;

    /// <summary>Writes the page.</summary>
    /// <param name="file">The page.</param>
    /// <param name="anchors">The strengths that were painted, rising.</param>
    /// <param name="title">What is painted.</param>
    /// <param name="force">Whether an existing file is replaced.</param>
    public static void Write(string file, IReadOnlyList<(double Strength, Picture Picture)> anchors, string title, bool force)
    {
        var first = anchors[0].Picture;
        var (height, width) = Fit.LongSide(first.Height, first.Width, Math.Min(LongSide, Math.Max(first.Height, first.Width)));
        var page = new StringBuilder($$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{WebUtility.HtmlEncode(title)}}</title>
            <style>
            body { background: #17171a; color: #ddd; font: 16px/1.5 system-ui, sans-serif; max-width: 66rem; margin: 2rem auto; padding: 0 1rem }
            h1 { font-size: 1.3rem; margin: 0 } p { color: #aaa; margin: .3rem 0 1rem } .stack { position: relative } .stack img { position: absolute; inset: 0; width: 100%; opacity: 0 } .stack img:first-child { position: relative }
            label { display: flex; gap: 1rem; margin-top: 1rem } input { flex: 1 } output { min-width: 8rem }
            </style></head><body>
            <h1>{{WebUtility.HtmlEncode(title)}}</h1>
            <p>Painted at the strengths {{string.Join(", ", anchors.Select(anchor => Number(anchor.Strength)))}}; what lies between two of them is blended.</p>
            <div class="stack">

            """);
        foreach (var (strength, picture) in anchors)
            page.Append($"<img alt=\"strength {Number(strength)}\" data-strength=\"{Number(strength)}\" src=\"{EmbeddedImage.Url((picture.Height, picture.Width) == (height, width) ? picture : picture.Resize(height, width))}\">\n");
        var (low, high) = (anchors[0].Strength, anchors[^1].Strength);
        page.Append($"</div>\n<label>strength <input type=\"range\" min=\"{Number(low)}\" max=\"{Number(high)}\" step=\"any\" value=\"{Number(anchors[anchors.Count / 2].Strength)}\"><output></output></label>\n").Append(Script).Append("</body></html>\n");
        AtomicFile.Write(file, force, stream => stream.Write(Encoding.UTF8.GetBytes(page.ToString())));
    }

    private static string Number(double strength) => strength.ToString("0.##", CultureInfo.InvariantCulture);
}
