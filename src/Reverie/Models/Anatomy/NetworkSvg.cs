using System.Globalization;
using System.Net;
using System.Text;

namespace Reverie.Models.Anatomy;

/// <summary>A network drawn as a picture in SVG that needs no other file: its branches as curves, and a row of numbers for each layer.</summary>
public static class NetworkSvg
{
    private const int Row = 22, Lane = 16, Margin = 16, Head = 84, Bar = 110, Character = 7;

    private static readonly (string Title, Func<NetworkLayer, string> Text, bool Right)[] Columns =
    [
        ("layer", layer => layer.Tensor, false),
        ("operators", layer => layer.Operators, false),
        ("output", LayerText.Shape, false),
        ("sees", LayerText.Field, false),
        ("parameters", layer => LayerText.Count(layer.Parameters), true),
        ("products", layer => LayerText.Count(layer.Multiplications), true),
    ];

    /// <summary>Draws a network.</summary>
    /// <param name="anatomy">Its layers.</param>
    /// <param name="title">What stands above the drawing.</param>
    /// <param name="note">What stands below that, in small letters.</param>
    public static string Draw(NetworkAnatomy anatomy, string title, string note)
    {
        var (layers, rows) = (anatomy.Layers, LayerLanes.Of(anatomy.Layers));
        var x = Margin + Lane * (rows.Max(row => row.Passing.Append(row.Lane).Max()) + 2);
        var body = new StringBuilder();
        foreach (var (name, text, right) in Columns)
        {
            var width = Character * layers.Max(text, name);
            Text(body, right ? x + width : x, Head - Row / 2, name, "head", right);
            for (var index = 0; index < layers.Count; index++)
                if (text(layers[index]) is { Length: > 0 } cell) Text(body, right ? x + width : x, Y(index), cell, name == "layer" ? "name" : "", right);
            x += width + 2 * Character;
        }
        if (anatomy.Threads is not null) x = Times(body, layers, x);
        Text(body, x, Head - Row / 2, "good for", "head", false);
        for (var index = 0; index < layers.Count; index++) Text(body, x, Y(index), string.Join(", ", layers[index].Uses), "use", false);
        x = Math.Max(x + Character * layers.Max(layer => string.Join(", ", layer.Uses), "good for"), Margin + Character * note.Length) + Margin;
        Lines(body, rows);
        for (var index = 0; index < layers.Count; index++) Dot(body, layers[index], rows[index].Lane, index);
        var height = Y(layers.Count) + Margin;
        return $$"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{{x}}" height="{{height}}" viewBox="0 0 {{x}} {{height}}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11.5">
            <style>
            text { fill: #bbb; dominant-baseline: central } .title { fill: #eee; font: 17px system-ui, sans-serif } .head { fill: #777 } .name { fill: #e8c48a } .use { fill: #8fc7a3 }
            .line { fill: none; stroke: #666; stroke-width: 1.5 } .Input { fill: #eee } .Convolution { fill: #6fa8dc } .Dense { fill: #c27ba0 } .Pool { fill: #93c47d } .Join { fill: #f6b26b } .Normalisation { fill: #b4a7d6 } .Other { fill: #999 } .bar { fill: #555f6e }
            </style>
            <rect width="100%" height="100%" fill="#17171a"/>
            <text class="title" x="{{Margin}}" y="24">{{Escape(title)}}</text>
            <text x="{{Margin}}" y="46">{{Escape(note)}}</text>
            {{body}}</svg>

            """;
    }

    private static int Y(int row) => Head + Row / 2 + Row * row;

    private static int X(int lane) => Margin + Lane / 2 + Lane * lane;

    // The lane of what is read runs down to the row before; there the line bends to the reader.
    private static void Lines(StringBuilder body, IReadOnlyList<LaneRow> rows)
    {
        for (var index = 0; index < rows.Count; index++)
            foreach (var link in rows[index].Links)
            {
                var (fromX, toX, bend) = (X(link.Lane), X(rows[index].Lane), Y(index - 1));
                body.Append(CultureInfo.InvariantCulture, $"<path class=\"line\" d=\"M{fromX} {Y(link.From)}V{bend}C{fromX} {bend + 14} {toX} {Y(index) - 14} {toX} {Y(index)}\"/>\n");
            }
    }

    private static void Dot(StringBuilder body, NetworkLayer layer, int lane, int index) =>
        body.Append(CultureInfo.InvariantCulture, $"<circle class=\"{layer.Kind}\" cx=\"{X(lane)}\" cy=\"{Y(index)}\" r=\"5\"><title>{Escape($"{layer.Tensor}: {layer.Operators}")}</title></circle>\n");

    private static int Times(StringBuilder body, IReadOnlyList<NetworkLayer> layers, int x)
    {
        var longest = layers.Max(layer => layer.Time?.TotalMilliseconds ?? 0);
        var numbers = Character * layers.Max(layer => LayerText.Time(layer.Time), "ms");
        Text(body, x + numbers, Head - Row / 2, "ms", "head", true);
        for (var index = 0; index < layers.Count; index++)
        {
            if (layers[index].Time is not { } time) continue;
            Text(body, x + numbers, Y(index), LayerText.Time(time), "", true);
            var width = longest > 0 ? Bar * time.TotalMilliseconds / longest : 0;
            body.Append(CultureInfo.InvariantCulture, $"<rect class=\"bar\" x=\"{x + numbers + 8}\" y=\"{Y(index) - 6}\" width=\"{width:0.0}\" height=\"12\"/>\n");
        }
        return x + numbers + Bar + 2 * Character + 8;
    }

    private static int Max(this IReadOnlyList<NetworkLayer> layers, Func<NetworkLayer, string> text, string heading) => Math.Max(heading.Length, layers.Max(layer => text(layer).Length));

    private static void Text(StringBuilder body, int x, int y, string text, string style, bool right)
    {
        if (text.Length > 0) body.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\"{(style.Length > 0 ? $" class=\"{style}\"" : "")}{(right ? " text-anchor=\"end\"" : "")}>{Escape(text)}</text>\n");
    }

    // Characters that XML 1.0 cannot hold at all are shown as such.
    private static string Escape(string text) => WebUtility.HtmlEncode(string.Concat(text.EnumerateRunes().Select(rune => rune.Value < 32 || rune.Value is 0xFFFE or 0xFFFF ? "\uFFFD" : rune.ToString())));
}
