namespace Reverie.Onnx;

/// <summary>Messages for names that do not exist, with the nearest ones that do.</summary>
public static class Names
{
    // exporters make names of a hundred characters; a stranger's file may hold any
    private const int LongestName = 200;

    /// <summary>One line: the name is unknown, and which existing names it may have meant.</summary>
    public static string Unknown(string kind, string name, IEnumerable<string> existing)
    {
        var near = existing
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(pair => pair.distance <= Math.Max(2, name.Length / 3) || (name.Length >= 3 && pair.candidate.Contains(name, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Take(4).Select(pair => Printable(pair.candidate, LongestName)).ToList();
        var shown = Printable(name, LongestName);
        return near.Count == 0 ? $"there is no {kind} '{shown}'" : $"there is no {kind} '{shown}'; did you mean {string.Join(", ", near)}?";
    }

    /// <summary>A text from outside as one short line: control characters become <c>?</c>, and what is beyond so many characters an ellipsis.</summary>
    internal static string Printable(string text, int most = 80)
    {
        var line = new string([.. text.Take(most).Select(letter => char.IsControl(letter) ? '?' : letter)]);
        return text.Length > most ? line + "..." : line;
    }

    /// <summary>The edit distance of Levenshtein (1966), without regard to case; at most the first 128 characters count.</summary>
    internal static int Distance(string left, string right)
    {
        if (left.Length > 128) left = left[..128];
        if (right.Length > 128) right = right[..128];
        var row = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++) row[column] = column;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + same));
            }
        }
        return row[right.Length];
    }
}
