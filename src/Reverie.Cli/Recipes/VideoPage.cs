using System.Globalization;
using System.Net;
using System.Text;
using Reverie.Video;
using Reverie.Video.Frames;

namespace Reverie.Cli.Recipes;

/// <summary>A page with the measures of a video: a table of its shots, and curves over its frames.</summary>
internal static class VideoPage
{
    private const int Width = 900, Height = 160;

    /// <summary>The page.</summary>
    public static string Write(VideoInfo source, IReadOnlyList<FrameNote> notes)
    {
        var page = new StringBuilder("<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Reverie: how steady is it?</title><style>body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;color:#222}"
            + "table{border-collapse:collapse}td,th{padding:.2em .9em;text-align:right;border-bottom:1px solid #ddd}svg{width:100%;background:#fafafa}h2{margin:1.4em 0 .3em;font-size:1.1em}</style>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{WebUtility.HtmlEncode(Path.GetFileName(source.Path))}</h1><p>{notes.Count} frames. The warping error is the mean square difference from the frame before, moved along with the source's motion, where that is known; ")
            .Append("the ratio is the result's over the source's own. Persistence is the correlation of the detail with that of the frame before, moved along.</p><table><tr><th>shot<th>frames<th>error, source<th>error, result<th>ratio<th>persistence<th>gain or loss</tr>");
        var shots = VideoMeasures.Shots(notes);
        for (var shot = 0; shot < shots.Count; shot++) Row(page, shot.ToString(CultureInfo.InvariantCulture), shots[shot]);
        Row(page, "all", VideoMeasures.Of(notes));
        page.Append("</table>");
        Plot(page, "Warping error, root: result (dark) over source (light)", notes, note => Root(note.ResultError), note => Root(note.SourceError));
        Plot(page, "Persistence of detail", notes, note => note.Persistence);
        Plot(page, "Gain or loss of the frame", notes, note => note.Objective);
        Plot(page, "Share of the frame whose motion is known", notes, note => note.ValidShare);
        return page.Append("</html>\n").ToString();
    }

    private static double? Root(double? value) => value is { } number ? Math.Sqrt(number) : null;

    private static void Row(StringBuilder page, string name, VideoMeasures measures) => page.Append(CultureInfo.InvariantCulture,
        $"<tr><td>{name}<td>{measures.Frames}<td>{Show(measures.SourceError, "0.00000")}<td>{Show(measures.ResultError, "0.00000")}<td>{Show(measures.Ratio, "0.00")}<td>{Show(measures.Persistence, "0.000")}<td>{Show(measures.Objective, "0.00")}</tr>");

    private static string Show(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";

    private static void Plot(StringBuilder page, string title, IReadOnlyList<FrameNote> notes, Func<FrameNote, double?> of, Func<FrameNote, double?>? under = null)
    {
        var all = notes.Select(of).Concat(under is null ? [] : notes.Select(under)).OfType<double>().ToList();
        if (all.Count == 0) return;
        var top = Math.Max(all.Max(), 1e-9);
        page.Append(CultureInfo.InvariantCulture, $"<h2>{title}; full height is {top:0.####}</h2><svg viewBox=\"0 0 {Width} {Height}\" preserveAspectRatio=\"none\">");
        foreach (var (note, index) in notes.Select((note, index) => (note, index)))
            if (note.IsKey) page.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(index):0.#}\" x2=\"{X(index):0.#}\" y1=\"0\" y2=\"{Height}\" stroke=\"#fb4\"/>");
        if (under is not null) Curve(under, "#9bd");
        Curve(of, "#136");
        page.Append("</svg>");

        double X(int index) => (index + 0.5) * Width / notes.Count;

        void Curve(Func<FrameNote, double?> values, string colour)
        {
            var (path, drawing) = (new StringBuilder(), false);
            for (var index = 0; index < notes.Count; index++)
            {
                // a key frame has none: the curve is broken there
                if (values(notes[index]) is not { } value)
                {
                    drawing = false;
                    continue;
                }
                path.Append(CultureInfo.InvariantCulture, $"{(drawing ? 'L' : 'M')}{X(index):0.#} {Height - 4 - Math.Max(0, value) / top * (Height - 8):0.#}");
                drawing = true;
            }
            page.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" vector-effect=\"non-scaling-stroke\"/>");
        }
    }
}
