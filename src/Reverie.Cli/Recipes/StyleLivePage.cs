using System.Globalization;
using System.Net;
using System.Text;
using Reverie.Imaging;

namespace Reverie.Cli.Recipes;

/// <summary>
/// The page of <c>reverie style --live</c>: the painting as it stands, how long it will still take, and the curve of the objective. One file that needs no other and no network;
/// while the run lasts it asks to be loaded anew every two seconds.
/// </summary>
internal static class StyleLivePage
{
    private const int Width = 720, Height = 180, MostPoints = 600;

    /// <summary>Writes the page.</summary>
    /// <param name="file">The page; replaced.</param>
    /// <param name="picture">The painting.</param>
    /// <param name="title">What is painted.</param>
    /// <param name="status">Where the run stands, in words.</param>
    /// <param name="curve">The objective at every evaluation, with the number of the size.</param>
    /// <param name="fraction">How much is done, from 0 to 1; null where the run has ended.</param>
    public static void Write(string file, Picture picture, string title, string status, IReadOnlyList<(int Scale, double Value)> curve, double? fraction)
    {
        var page = $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{{(fraction is null ? "" : "<meta http-equiv=\"refresh\" content=\"2\">")}}<title>{{WebUtility.HtmlEncode(title)}}</title>
            <style>
            body { background: #17171a; color: #ddd; font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
            h1 { font-size: 1.3rem; margin: 0 } p { color: #aaa; margin: .3rem 0 1rem } img { display: block; max-width: 100%; min-width: min(100%, 24rem) }
            svg { display: block; width: 100%; margin-top: 1rem } .bar { background: #333; height: .4rem; border-radius: 3px; margin: .5rem 0 1rem } .bar div { background: #e8c48a; height: 100%; border-radius: 3px }
            </style></head><body>
            <h1>{{WebUtility.HtmlEncode(title)}}</h1>
            <p>{{WebUtility.HtmlEncode(status)}}</p>
            {{(fraction is { } done ? string.Create(CultureInfo.InvariantCulture, $"<div class=\"bar\"><div style=\"width: {100 * done:0.0}%\"></div></div>") : "")}}
            <img alt="the painting as it stands" src="{{EmbeddedImage.Url(picture)}}">
            {{Curve(curve)}}
            </body></html>

            """;
        AtomicFile.Write(file, overwrite: true, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }

    // Logarithmic, each size a line of its own: the objectives of two sizes are not the same function.
    private static string Curve(IReadOnlyList<(int Scale, double Value)> curve)
    {
        var finite = curve.Index().Where(point => double.IsFinite(point.Item.Value) && point.Item.Value > 0).ToList();
        if (finite.Count < 2) return "";
        var (low, high) = (Math.Log10(finite.Min(point => point.Item.Value)), Math.Log10(finite.Max(point => point.Item.Value)));
        if (high - low < 1e-6) high = low + 1e-6;
        var svg = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height + 24}\" role=\"img\" aria-label=\"the objective over the evaluations\">"));
        var every = Math.Max(1, finite.Count / MostPoints);
        foreach (var size in finite.GroupBy(point => point.Item.Scale))
        {
            var points = size.Where((_, place) => place % every == 0).Append(size.Last()).Select(point => string.Create(CultureInfo.InvariantCulture,
                $"{(double)point.Index / Math.Max(1, curve.Count - 1) * Width:0.0},{Height - (Math.Log10(point.Item.Value) - low) / (high - low) * (Height - 8) - 2:0.0}"));
            svg.Append($"<polyline fill=\"none\" stroke=\"#e8c48a\" stroke-width=\"1.5\" points=\"{string.Join(' ', points)}\"/>");
        }
        return svg.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{Height + 18}\" fill=\"#999\" font-size=\"13\">objective, logarithmic: {curve[0].Value:G3} at first, {curve[^1].Value:G3} now; {curve.Count} evaluations</text></svg>").ToString();
    }
}
