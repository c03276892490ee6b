using System.Globalization;
using Reverie.Models;
using Reverie.Tensors;

namespace Reverie.Dream.Objectives;

/// <summary>
/// Objectives as text: terms joined by <c> + </c> and <c> - </c> (with blanks around them, since names may hold the signs), each with an optional weight
/// <c>0.5*</c>. A term is a layer <c>TENSOR</c>, some of its channels <c>TENSOR:12,40</c>, the neuron at a point of the picture <c>TENSOR:12@X,Y</c>
/// (pixels, or <c>50%,30%</c>), or one of <c>mean(LAYER)</c>, <c>target(CLASS)</c>, <c>direction(TENSOR, FILE.npy)</c>, <c>guide(LAYER, PICTURE)</c>,
/// <c>guide-sum(LAYER, PICTURE)</c>. Example: <c>inception_4c/output:12 - 0.5*inception_3b/output + target(tabby)</c>.
/// </summary>
/// <param name="network">The network that objectives are about.</param>
/// <param name="height">The height of the picture that points are in.</param>
/// <param name="width">Its width.</param>
public sealed class ObjectiveParser(Network network, int height, int width)
{
    private readonly List<string> _pictures = [];

    /// <summary>The files of the pictures that were named, guides and masks, in the order of their numbers.</summary>
    public IReadOnlyList<string> PictureFiles => _pictures;

    /// <summary>The folder to which names of files are relative; null for the current one.</summary>
    public string? Folder { get; init; }

    /// <summary>Reads an objective.</summary>
    /// <exception cref="ReverieException">The text is malformed, or names a layer, channel, class or file that does not exist.</exception>
    public Objective Parse(string text)
    {
        if (network.IsLayer(text)) return Objective.Layer(network.Graph.Resolve(text));
        var terms = Split(text).Select(part => Weighed(part.Text) is var term && part.Minus ? term with { Weight = -term.Weight } : term).ToList();
        return new() { Terms = terms };
    }

    /// <summary>The number under which the dream's pictures hold a file; the same file is held once.</summary>
    public int Picture(string file)
    {
        file = Located(file);
        if (!File.Exists(file)) throw new ReverieException($"the picture '{file}' does not exist");
        var known = _pictures.IndexOf(file);
        if (known >= 0) return known;
        _pictures.Add(file);
        return _pictures.Count - 1;
    }

    /// <summary>Reads a point: <c>X,Y</c> in pixels from the left and from the top, or in percent of the width and height (<c>50%,30%</c>).</summary>
    /// <exception cref="ReverieException">The text is no such point, or it lies outside the picture.</exception>
    public Place Point(string text)
    {
        if (text.Split(',') is [var x, var y] && Fraction(x, width) is { } across && Fraction(y, height) is { } down) return new(across, down);
        throw new ReverieException($"'{text}' is no point of the picture; give X,Y in pixels (up to {width - 1},{height - 1}), or in percent such as 50%,30%");
    }

    private static double? Fraction(string text, int size)
    {
        text = text.Trim();
        var percent = text.EndsWith('%');
        if (!double.TryParse(percent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return null;
        // the middle of a pixel, so that rounding cannot move it into the next
        var fraction = percent ? value / 100 : (value + 0.5) / size;
        return fraction is >= 0 and <= 1 ? fraction : null;
    }

    private static IEnumerable<(bool Minus, string Text)> Split(string text)
    {
        var (start, minus, depth) = (0, false, 0);
        var trimmed = text.AsSpan().TrimStart();
        if (trimmed.StartsWith("-")) (minus, start) = (true, text.IndexOf('-', StringComparison.Ordinal) + 1);
        for (var at = start; at < text.Length; at++)
        {
            if (text[at] == '(') depth++;
            if (text[at] == ')') depth--;
            if (depth > 0 || at == 0 || at + 1 >= text.Length || text[at] is not ('+' or '-') || text[at - 1] != ' ' || text[at + 1] != ' ') continue;
            yield return (minus, text[start..at].Trim());
            (minus, start) = (text[at] == '-', at + 1);
        }
        yield return (minus, text[start..].Trim());
    }

    private ObjectiveTerm Weighed(string text)
    {
        if (text.Length == 0) throw new ReverieException("a term of the objective is empty; terms look like TENSOR:CHANNEL or 0.5*TENSOR, joined by ' + ' or ' - '");
        // a tensor's own name wins, since it may hold an asterisk
        var star = text.IndexOf('*', StringComparison.Ordinal);
        if (star <= 0 || network.IsLayer(text) || !double.TryParse(text[..star], NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) || !double.IsFinite(weight)) return Term(text);
        return Term(text[(star + 1)..].Trim()) with { Weight = weight };
    }

    private ObjectiveTerm Term(string text)
    {
        if (!network.IsLayer(text) && text.EndsWith(')') && text.IndexOf('(', StringComparison.Ordinal) is > 0 and var open)
        {
            var inside = text[(open + 1)..^1].Trim();
            return text[..open].Trim() switch
            {
                "mean" => Layer(inside) with { Measure = ObjectiveMeasure.Mean },
                "target" => Objective.Class(network, inside).Terms[0],
                "direction" => Direction(inside),
                "guide" => Guided(inside, ObjectiveMeasure.Guide),
                "guide-sum" => Guided(inside, ObjectiveMeasure.GuideSum),
                var other => throw new ReverieException($"'{other}(...)' is no term of an objective; there are mean, target, direction, guide and guide-sum"),
            };
        }
        return Layer(text);
    }

    private ObjectiveTerm Layer(string text)
    {
        var at = network.IsLayer(text) ? -1 : text.LastIndexOf('@');
        var layer = LayerReference.Parse(at < 0 ? text : text[..at], network);
        var term = new ObjectiveTerm { Layer = layer.Tensor, Channels = layer.Channels };
        // a neuron is called up also where it is silent
        return at < 0 ? term : term with { At = Point(text[(at + 1)..]), Measure = ObjectiveMeasure.Mean };
    }

    private ObjectiveTerm Guided(string inside, ObjectiveMeasure measure)
    {
        var (layer, file) = Pair(inside, measure == ObjectiveMeasure.Guide ? "guide(LAYER, PICTURE)" : "guide-sum(LAYER, PICTURE)");
        return Layer(layer) with { Measure = measure, Guide = Picture(file) };
    }

    private ObjectiveTerm Direction(string inside)
    {
        var (layer, file) = Pair(inside, "direction(TENSOR, FILE.npy)");
        var vector = Npy.Read(Located(file)).ToFloat32();
        var term = Layer(layer);
        var channels = network.Graph.TypeOf(term.Layer)?.Shape is [_, var count, ..] ? count.Value : null;
        if (channels is { } expected && vector.Length != expected)
            throw new ReverieException($"the direction in {file} has {vector.Length} numbers, but {term.Layer} has {expected} channels");
        if (vector.Any(value => !float.IsFinite(value))) throw new ReverieException($"the direction in {file} is not finite");
        return term with { Measure = ObjectiveMeasure.Direction, Direction = vector };
    }

    private string Located(string file) => Folder is null ? file : Path.Combine(Folder, file);

    // LAYER, FILE: at the last comma that a blank follows, since channels hold commas too
    private static (string Layer, string File) Pair(string inside, string form)
    {
        var comma = inside.LastIndexOf(", ", StringComparison.Ordinal);
        return comma > 0 ? (inside[..comma].Trim(), inside[(comma + 2)..].Trim()) : throw new ReverieException($"'{inside}' is not complete; write {form}");
    }
}
