using System.Globalization;
using System.Net;
using System.Text;
using Reverie.Axioms;
using Reverie.Cli.Commands;
using Reverie.Cli.Reports;
using Reverie.Recipes;

namespace Reverie.Cli.Recipes;

/// <summary>The page of <c>reverie axioms -o report.html</c>: tables, and the maps of original and rewritten network side by side, in one file that needs no other.</summary>
internal static class AxiomPage
{
    private const string Style = """
        body { background: #fafaf8; color: #222; font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
        h2 { margin: 2.5rem 0 .5rem } code { background: #eee; padding: 0 .25em; border-radius: 3px } p { max-width: 48rem } .scroll { overflow-x: auto } .scroll + .scroll { margin-top: 1rem }
        table { border-collapse: collapse; font-size: .85rem } th, td { border: 1px solid #ddd; padding: .25rem .5rem; text-align: left; white-space: nowrap } td:last-child { white-space: normal } th { background: #f0f0ee }
        td.holds { background: #e3f1e3 } td.broken { background: #f9d9d4 } td.open { background: #fdf3d0 } td.none { color: #999 } td.wrong { background: #b2182b; color: #fff }
        .pairs { display: flex; flex-wrap: wrap; gap: 1.2rem } figure { margin: 0; width: 462px } figure div { display: flex; gap: 6px } figure.wide { width: auto } img { max-width: 100%; border: 1px solid #ddd }
        figcaption { font-size: .85rem; color: #555 }
        """;

    /// <summary>Writes the page of a network.</summary>
    public static void Write(CommandContext context, string output, AxiomReport report, Recipe recipe)
    {
        var page = new StringBuilder(Head($"The axioms on {report.Network}"));
        page.Append($"<p>Network <code>{Text(report.Network)}</code>, explained: <b>{Text(report.Target)}</b>. A cell says whether an axiom was found to hold (green), to be broken (red) or could not be decided (yellow), and by how much it is broken: ");
        page.Append("a relative change, where 0.01 is one part in a hundred. A star marks what is proved to hold: red there would be an error of the program. <code>d</code> marks numbers of the float64 referee.</p>\n");
        foreach (var note in report.Notes) page.Append($"<p>{Text(note)}</p>\n");
        Summary(page, report);
        Invariance(page, report);
        Pairs(page, report);
        Theory(page, report);
        // a closing tag inside a text of the recipe would end the element early
        page.Append($"<script type=\"application/json\" id=\"recipe\">{recipe.ToJson().Replace("<", "\\u003c", StringComparison.Ordinal)}</script>\n</body></html>\n");
        Save(context, output, page);
    }

    /// <summary>Writes the page of the demonstration.</summary>
    public static void Write(CommandContext context, string output, IReadOnlyList<TeachingFigure> figures)
    {
        var page = new StringBuilder(Head("Why attributions need axioms"));
        page.Append("<p>Nine counterexamples, small enough to follow by hand. Every number was computed by running the method on the network, and agrees with what is derived beside it; what does not is red.</p>\n");
        foreach (var figure in figures)
        {
            page.Append($"<h2>{figure.Id}. {Text(figure.Title)}</h2>\n<figure class=\"wide\"><img alt=\"{Text(figure.Title)}\" src=\"{EmbeddedImage.Url(FigurePicture.Draw(figure))}\"></figure>\n<ul>\n");
            foreach (var line in figure.Derivation) page.Append($"<li>{Text(line)}</li>\n");
            page.Append("</ul>\n");
        }
        page.Append("</body></html>\n");
        Save(context, output, page);
    }

    private static void Summary(StringBuilder page, AxiomReport report)
    {
        var axioms = Enum.GetValues<Axiom>().Where(axiom => report.Cells.Any(cell => cell.Axiom == axiom)).ToList();
        page.Append("<h2>Methods and axioms</h2>\n<div class=\"scroll\"><table><tr><th>method</th>");
        foreach (var axiom in axioms) page.Append($"<th>{AxiomText.Name(axiom)}</th>");
        page.Append("</tr>\n");
        foreach (var (id, title, _) in report.Methods)
        {
            page.Append($"<tr><th>{Text(title)}</th>");
            foreach (var axiom in axioms) Cell(page, report.Worst(id, axiom), true);
            page.Append("</tr>\n");
        }
        page.Append("</table></div>\n");
    }

    private static void Invariance(StringBuilder page, AxiomReport report)
    {
        page.Append("<h2>The network, rewritten</h2>\n<p>Each rewrite is an exact identity; the rewritten network was verified to compute the same before its attributions count. The numbers are relative L2 changes of the attributions.</p>\n<div class=\"scroll\"><table><tr><th>method</th>");
        foreach (var rewrite in report.Rewrites) page.Append($"<th title=\"{Text(rewrite.Identity)}\">{rewrite.Id}</th>");
        page.Append("</tr>\n");
        foreach (var (id, title, _) in report.Methods)
        {
            page.Append($"<tr><th>{Text(title)}</th>");
            foreach (var rewrite in report.Rewrites) Cell(page, report.Cells.FirstOrDefault(cell => cell.Method == id && cell.Check == rewrite.Id), false);
            page.Append("</tr>\n");
        }
        page.Append("</table></div>\n<div class=\"scroll\"><table><tr><th>rewrite</th><th>what is done</th><th>identity</th><th>places</th><th>logits change</th><th></th></tr>\n");
        foreach (var rewrite in report.Rewrites)
            page.Append($"<tr><th>{rewrite.Id}</th><td>{Text(rewrite.Title)}</td><td><code>{Text(rewrite.Identity)}</code></td><td>{rewrite.Places}</td><td>{AxiomText.Number(rewrite.LogitChange)}</td><td>{Text(rewrite.Note ?? "")}</td></tr>\n");
        page.Append("</table></div>\n");
    }

    private static void Pairs(StringBuilder page, AxiomReport report)
    {
        page.Append("<h2>Maps</h2>\n<p>Left: the network as it is. Right: after the rewrite that changes this method's map most. Same numbers have the same colours in a pair: red speaks for the class, blue against it.</p>\n<div class=\"pairs\">\n");
        foreach (var (id, title, _) in report.Methods)
        {
            if (MapPair.Strongest(report, id) is not { } cell || MapPair.Draw(cell) is not { } pair) continue;
            var much = cell.Value < 2 ? FormattableString.Invariant($"by {cell.Value:P0}") : FormattableString.Invariant($"by {cell.Value:0} times its size");
            var what = cell.Verdict == Verdict.Violated ? string.Create(CultureInfo.InvariantCulture, $"{cell.Check} changes it {much}, rank correlation {cell.Spearman:0.00}") : $"no rewrite changes it ({cell.Check}: {AxiomText.Number(cell.Float64 ?? cell.Value)})";
            page.Append($"<figure><div><img alt=\"original\" src=\"{EmbeddedImage.Url(pair.Before)}\"><img alt=\"rewritten\" src=\"{EmbeddedImage.Url(pair.After)}\"></div><figcaption><b>{Text(title)}</b>: {Text(what)}</figcaption></figure>\n");
        }
        page.Append("</div>\n");
    }

    private static void Theory(StringBuilder page, AxiomReport report)
    {
        page.Append("<h2>What theory says</h2>\n<div class=\"scroll\"><table><tr><th>method</th>");
        foreach (var axiom in Enum.GetValues<Axiom>()) page.Append($"<th>{AxiomText.Name(axiom)}</th>");
        page.Append("<th>why</th></tr>\n");
        foreach (var (_, title, theory) in report.Methods)
        {
            page.Append($"<tr><th>{Text(title)}</th>");
            foreach (var axiom in Enum.GetValues<Axiom>()) page.Append($"<td>{theory[axiom] switch { Promise.Guaranteed => "yes", Promise.Conditional => "under a condition", _ => "no" }}</td>");
            page.Append($"<td>{Text(theory.Reason)}</td></tr>\n");
        }
        page.Append("</table></div>\n");
    }

    private static void Cell(StringBuilder page, AxiomCell? cell, bool by)
    {
        var look = cell is null ? "none" : cell.IsFailure ? "wrong" : cell.Verdict switch { Verdict.Holds => "holds", Verdict.Violated => "broken", Verdict.Undetermined => "open", _ => "none" };
        page.Append($"<td class=\"{look}\" title=\"{Text(cell is null ? "" : $"{cell.Check}{(cell.Note is { } note ? $": {note}" : "")}")}\">{Text(AxiomText.Short(cell, by))}</td>");
    }

    private static string Head(string title) => $$"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Text(title)}}</title>
        <style>
        {{Style}}
        </style></head><body>
        <h1>{{Text(title)}}</h1>

        """;

    private static void Save(CommandContext context, string output, StringBuilder page) => AtomicFile.Write(output, context.Force, stream => stream.Write(Encoding.UTF8.GetBytes(page.ToString())));

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
