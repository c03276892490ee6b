using System.Globalization;
using Reverie.Explain;

namespace Reverie.Cli.Reports;

/// <summary>What methods of attribution came to, as a table: a line for each method, a column for each measure that was taken.</summary>
internal static class TrustTable
{
    // What is measured, how it reads, and what of it is good.
    private static readonly (string Heading, string Meaning, Func<Trust, string?> Cell)[] Columns =
    [
        ("SUM", "", trust => trust.Verdict),
        ("DELETION", "deletion: small is good", trust => Number(trust.Deletion, "0.000")),
        ("INSERTION", "insertion: large is good", trust => Number(trust.Insertion, "0.000")),
        ("SPARSENESS", "", trust => Number(trust.Sparseness, "0.00")),
        ("AGREEMENT", "agreement: mean rank correlation with the other methods", trust => Number(trust.Agreement, "0.00")),
        ("INFIDELITY", "infidelity: small is good", trust => Number(trust.Infidelity?.Raw, "0.###")),
        ("NORMALISED", "normalised: infidelity that does not depend on the map's scale", trust => Number(trust.Infidelity?.Normalised, "0.###")),
        ("SENSITIVITY-N", "sensitivity-n: correlation of sums with what the score loses, 1 is best", trust => Number(trust.SensitivityN?.Mean, "0.00")),
        ("DROP", "drop: how much of the probability is lost outside the map, small is good", trust => Number(trust.Confidence?.Drop, "0.00")),
        ("INCREASE", "increase: whether the map alone makes the network surer", trust => trust.Confidence is { } change ? change.Increased ? "yes" : "no" : null),
        ("MAX-SENSITIVITY", "max-sensitivity: how much the map changes when the picture hardly does, small is good", trust => Number(trust.MaxSensitivity, "0.00")),
        ("RANDOM", "random: likeness to the map of a network that has forgotten all; near 1, a map shows the picture rather than the network", trust => Number(trust.Randomisation?.Similarity, "0.00")),
        ("POINTS", "points: whether the strongest place lies on the mask", trust => trust.Points is { } points ? points ? "yes" : "no" : null),
    ];

    /// <summary>The lines of the table.</summary>
    public static IEnumerable<string> Lines(ExplanationResult result)
    {
        var taken = Taken(result);
        var table = new TextTable(["METHOD", "SECONDS", .. taken.Select(column => column.Heading)]);
        for (var index = 0; index < result.Attributions.Count; index++)
            table.Add([result.Attributions[index].Method.Id, Number(result.Seconds[index], "0.00")!, .. taken.Select(column => column.Cell(result.Measures[index]) ?? "")]);
        return table.Lines();
    }

    /// <summary>What the columns mean.</summary>
    public static string Legend(ExplanationResult result) => string.Join("; ", Taken(result).Select(column => column.Meaning).Where(meaning => meaning.Length > 0));

    /// <summary>The measures taken of one method, each with its name and what of it is good.</summary>
    public static IEnumerable<(string Name, string Value, string Meaning)> Of(ExplanationResult result, int index) =>
        Taken(result).Select(column => (column.Heading.ToLowerInvariant(), column.Cell(result.Measures[index]) ?? "", column.Meaning));

    private static (string Heading, string Meaning, Func<Trust, string?> Cell)[] Taken(ExplanationResult result) => [.. Columns.Where(column => result.Measures.Any(trust => column.Cell(trust) is not null))];

    private static string? Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture);
}
