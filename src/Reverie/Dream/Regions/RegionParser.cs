using System.Globalization;
using Reverie.Dream.Objectives;

namespace Reverie.Dream.Regions;

/// <summary>
/// Parts of pictures as text: a file painted white where the part is, or <c>circle(50%,40%,30%)</c> (its middle, and its radius of the shorter side), <c>top(40%)</c>,
/// <c>bottom(40%)</c>, <c>left(50%)</c>, <c>right(50%)</c>; <c>not(...)</c> is all the rest. A region is <c>PART=FORMULA</c>.
/// </summary>
/// <param name="objectives">Reads formulas and points, and numbers the pictures.</param>
/// <param name="feather">How soft edges are, as a fraction of the picture's longer side.</param>
public sealed class RegionParser(ObjectiveParser objectives, double feather = RegionMask.DefaultFeather)
{
    private const string Forms = "a mask is a picture file, circle(X,Y,RADIUS%), top(40%), bottom(40%), left(50%) or right(50%), or not(...) of these";

    /// <summary>Reads a part.</summary>
    /// <exception cref="ReverieException">The text is malformed, or there is no such file.</exception>
    public RegionMask Mask(string text)
    {
        text = text.Trim();
        if (File.Exists(text)) return new() { Shape = RegionShape.Picture, Picture = objectives.Picture(text), Feather = feather };
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || !text.EndsWith(')')) throw new ReverieException($"there is no mask '{text}'; {Forms}");
        var (word, inside) = (text[..open].Trim(), text[(open + 1)..^1].Trim());
        if (word == "not")
        {
            var rest = Mask(inside);
            return rest with { Inverted = !rest.Inverted };
        }
        if (word == "circle")
        {
            var comma = inside.LastIndexOf(',');
            if (comma < 0) throw new ReverieException($"'{text}' is no circle; write circle(X,Y,RADIUS%), such as circle(50%,40%,30%)");
            return new() { Shape = RegionShape.Circle, Centre = objectives.Point(inside[..comma]), Extent = Share(inside[(comma + 1)..], text), Feather = feather };
        }
        if (!Enum.TryParse<RegionShape>(word, ignoreCase: true, out var shape) || shape is RegionShape.Picture or RegionShape.Circle || char.IsAsciiDigit(word[0]))
            throw new ReverieException($"'{word}(...)' is no mask; {Forms}");
        return new() { Shape = shape, Extent = Share(inside, text), Feather = feather };
    }

    /// <summary>Reads a region with what it dreams of.</summary>
    /// <exception cref="ReverieException">The text is malformed, or names what does not exist.</exception>
    public DreamRegion Region(string text)
    {
        // a file's name may hold the sign too
        for (var at = text.IndexOf('=', StringComparison.Ordinal); at > 0; at = text.IndexOf('=', at + 1))
            if (text[..at].Trim() is var part && (part.EndsWith(')') || File.Exists(part))) return new(Mask(part), objectives.Parse(text[(at + 1)..].Trim()));
        return text.IndexOf('=', StringComparison.Ordinal) is > 0 and var first ? new(Mask(text[..first]), objectives.Parse(text[(first + 1)..].Trim()))
            : throw new ReverieException($"'{text}' is no region; write MASK=FORMULA, such as \"top(40%)=target(castle)\"; {Forms}");
    }

    private static double Share(string text, string whole) =>
        text.Trim() is var number && number.EndsWith('%') && double.TryParse(number[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 1000
            ? percent / 100 : throw new ReverieException($"'{text.Trim()}' in {whole} is no share; write it in percent, such as 40%");
}
