using System.Globalization;

namespace Reverie.Models;

/// <summary>The names of a network's classes, in the order of its logits. A name may hold synonyms, separated by commas.</summary>
public sealed class ClassLabels
{
    private static readonly Lazy<ClassLabels> Standard = new(() => new(Resources.Lines("imagenet1k.txt"), "imagenet1k"));

    private readonly string[] _names;

    private ClassLabels(IEnumerable<string> names, string origin)
    {
        _names = [.. names];
        Origin = origin;
    }

    /// <summary>The 1000 classes of the ImageNet Large Scale Visual Recognition Challenge 2012 (names from WordNet).</summary>
    public static ClassLabels ImageNet => Standard.Value;

    /// <summary>Where the names come from: <c>imagenet1k</c> or a file.</summary>
    public string Origin { get; }

    /// <summary>The number of classes.</summary>
    public int Count => _names.Length;

    /// <summary>The name of a class with all its synonyms.</summary>
    public string this[int index] => _names[index];

    /// <summary>The first synonym of a class's name.</summary>
    public string Short(int index) => _names[index].Split(',')[0].Trim();

    /// <summary>Reads a text file with one class a line.</summary>
    /// <exception cref="ReverieException">The file cannot be read or holds nothing.</exception>
    public static ClassLabels Load(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > 16 << 20 }) throw new ReverieException($"{path} is too large for a list of class names");
            var lines = File.ReadAllLines(path).Select(line => line.Trim()).ToList();
            while (lines.Count > 0 && lines[^1].Length == 0) lines.RemoveAt(lines.Count - 1);
            return lines.Count > 0 ? new(lines, path) : throw new ReverieException($"{path} holds no class names");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the class names in {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Finds a class: by index, else by exact name or synonym, else by a part of the name that no other class has. Letter case does not count.</summary>
    /// <exception cref="ReverieException">There is no such class, or there are several; the message lists them with their indices.</exception>
    public int Find(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return index < Count ? index : throw new ReverieException($"there is no class {index}; there are {Count}, counted from 0");
        var wanted = text.Trim();
        if (wanted.Length == 0) throw new ReverieException("the name of a class is empty; give an index or a name");
        var exact = Matching(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase)
            || name.Split(',').Any(synonym => synonym.Trim().Equals(wanted, StringComparison.OrdinalIgnoreCase)));
        var found = exact.Count > 0 ? exact : Matching(name => name.Contains(wanted, StringComparison.OrdinalIgnoreCase));
        return found switch
        {
            [var only] => only,
            [] => throw new ReverieException(Onnx.Names.Unknown("class", wanted, _names.SelectMany(name => name.Split(", ")).Distinct(StringComparer.OrdinalIgnoreCase))),
            _ => throw new ReverieException($"'{wanted}' may be {string.Join(", ", found.Take(8).Select(match => $"{match} ({Short(match)})"))}{(found.Count > 8 ? $" or {found.Count - 8} more" : "")}; give the index"),
        };
    }

    private List<int> Matching(Func<string, bool> predicate) => [.. Enumerable.Range(0, Count).Where(index => predicate(_names[index]))];
}
