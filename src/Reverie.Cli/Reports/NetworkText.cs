using System.Globalization;
using System.Text;
using Reverie.Models.Anatomy;

namespace Reverie.Cli.Reports;

/// <summary>A network drawn in characters: its branches as lines, and a row of numbers for each layer.</summary>
internal static class NetworkText
{
    private const int BarWidth = 12;

    /// <summary>The lines of the drawing.</summary>
    public static IEnumerable<string> Lines(NetworkAnatomy anatomy)
    {
        var rows = LayerLanes.Of(anatomy.Layers);
        var lanes = rows.Max(row => row.Passing.Append(row.Lane).Max()) + 1;
        var timed = anatomy.Threads is not null;
        var table = new TextTable(["", "LAYER", "OPERATORS", "OUTPUT", "SEES", "PARAMETERS", "PRODUCTS", .. timed ? (string[])["MS", ""] : [], "GOOD FOR"]);
        var longest = anatomy.Layers.Max(layer => layer.Time?.TotalMilliseconds ?? 0);
        for (var index = 0; index < rows.Count; index++)
        {
            var layer = anatomy.Layers[index];
            string[] time = timed ? [LayerText.Time(layer.Time), Bar(layer.Time, longest)] : [];
            table.Add([Branches(rows[index], lanes), layer.Tensor, layer.Operators, LayerText.Shape(layer), LayerText.Field(layer),
                LayerText.Count(layer.Parameters), LayerText.Count(layer.Multiplications), .. time, string.Join(", ", layer.Uses)]);
        }
        foreach (var line in table.Lines()) yield return line;
        yield return Sum(anatomy);
    }

    /// <summary>What all layers come to, in one line.</summary>
    public static string Sum(NetworkAnatomy anatomy)
    {
        var sum = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"for one picture of {anatomy.Height} x {anatomy.Width}: {anatomy.Layers.Sum(layer => layer.Parameters) / 1e6:0.00} million parameters, {LayerText.Count(anatomy.Layers.Sum(layer => layer.Multiplications ?? 0))} products"));
        if (anatomy is { Total: { } total, BetweenLayers: { } between, Threads: { } threads })
            sum.Append(CultureInfo.InvariantCulture, $", {total.TotalMilliseconds:0.0} ms forward on {threads} {(threads == 1 ? "thread" : "threads")}, {between.TotalMilliseconds:0.0} ms of it between layers; a layer without a time is computed within another");
        return sum.ToString();
    }

    // One character a lane and one between two lanes. Lines come from above.
    private static string Branches(LaneRow row, int lanes)
    {
        var first = row.Links.Select(link => link.Lane).Append(row.Lane).Min();
        var last = row.Links.Select(link => link.Lane).Append(row.Lane).Max();
        var text = new StringBuilder(2 * lanes);
        for (var lane = 0; lane < lanes; lane++)
        {
            var link = row.Links.FirstOrDefault(link => link.Lane == lane);
            text.Append(lane == row.Lane ? '●' : link is not null ? Corner(link, lane == first, lane == last) : row.Passing.Contains(lane) ? '│' : lane > first && lane < last ? '─' : ' ');
            if (lane < lanes - 1) text.Append(lane >= first && lane < last ? '─' : ' ');
        }
        return text.ToString();
    }

    private static char Corner(LaneLink link, bool isFirst, bool isLast) => (link.Ends, isFirst, isLast) switch
    {
        (true, true, _) => '└',
        (true, _, true) => '┘',
        (true, _, _) => '┴',
        (false, true, _) => '├',
        (false, _, true) => '┤',
        _ => '┼',
    };

    private static string Bar(TimeSpan? time, double longest)
    {
        if (time is not { } value || longest <= 0) return "";
        var eighths = (int)Math.Round(8 * BarWidth * value.TotalMilliseconds / longest);
        return new string('█', eighths / 8) + (eighths % 8 is > 0 and var part ? "▏▎▍▌▋▊▉"[part - 1].ToString() : "");
    }
}
