using System.Globalization;
using Reverie.Axioms;

namespace Reverie.Cli.Reports;

/// <summary>What the axiom lab found, as tables of text and as JSON.</summary>
internal static class AxiomText
{
    /// <summary>An axiom in a word or two.</summary>
    public static string Name(Axiom axiom) => axiom switch
    {
        Axiom.Completeness => "completeness",
        Axiom.Sensitivity => "sensitivity",
        Axiom.Dummy => "dummy",
        Axiom.ImplementationInvariance => "invariance",
        Axiom.Linearity => "linearity",
        _ => "symmetry",
    };

    /// <summary>Methods by axioms, then methods by rewrites, then the rewrites.</summary>
    public static IEnumerable<string> Tables(AxiomReport report)
    {
        yield return $"{report.Network}: {report.Target}";
        yield return "";
        var axioms = Enum.GetValues<Axiom>().Where(axiom => report.Cells.Any(cell => cell.Axiom == axiom)).ToList();
        var table = new TextTable(["METHOD", .. axioms.Select(axiom => Name(axiom).ToUpperInvariant())]);
        foreach (var (id, _, _) in report.Methods) table.Add([id, .. axioms.Select(axiom => Short(report.Worst(id, axiom), true))]);
        foreach (var line in table.Lines()) yield return line;
        yield return "";
        var rewrites = report.Rewrites.Where(rewrite => rewrite.IsValid).ToList();
        if (rewrites.Count > 0)
        {
            var invariance = new TextTable(["METHOD", .. rewrites.Select(rewrite => rewrite.Id)]);
            foreach (var (id, _, _) in report.Methods)
                invariance.Add([id, .. rewrites.Select(rewrite => Short(report.Cells.FirstOrDefault(cell => cell.Method == id && cell.Check == rewrite.Id), false))]);
            foreach (var line in invariance.Lines()) yield return line;
            yield return "";
        }
        var outcomes = new TextTable("REWRITE", "WHAT IS DONE", "PLACES", "LOGITS CHANGE", "NOTE");
        foreach (var rewrite in report.Rewrites) outcomes.Add(rewrite.Id, rewrite.Title, rewrite.Places.ToString(CultureInfo.InvariantCulture), Number(rewrite.LogitChange), rewrite.Note ?? "");
        foreach (var line in outcomes.Lines()) yield return line;
        yield return "";
        yield return "+ holds, - broken, ? undetermined, . no meaning here; a number is the relative change, in float64 where it is marked with d; * is proved to hold";
    }

    /// <summary>One figure of the demonstration.</summary>
    public static IEnumerable<string> Figure(TeachingFigure figure)
    {
        yield return $"{figure.Id}. {figure.Title}";
        yield return $"    {figure.Function}";
        yield return $"    {figure.Point}";
        foreach (var line in figure.Derivation) yield return $"      - {line}";
        var table = new TextTable("    METHOD", "OF", "COMPUTED", "DERIVED", "");
        foreach (var row in figure.Rows) table.Add($"    {row.Method}", row.Of, Vector(row.Values), Vector(row.Derived), row.Agrees ? "" : "differs");
        foreach (var line in table.Lines()) yield return line;
        yield return $"    {figure.Lesson}";
        yield return "";
    }

    /// <summary>Adds a report to the command's.</summary>
    public static void Add(JsonReport json, AxiomReport report)
    {
        json.Add("network", report.Network);
        json.Add("target", report.Target);
        json.Add("methods", report.Methods.Select(method => new { method.Id, method.Title, method.Theory }));
        json.Add("rewrites", report.Rewrites);
        json.Add("cells", report.Cells);
        json.Add("ties", report.Ties);
        json.Add("notes", report.Notes);
        json.Add("failures", report.Failures.Count);
    }

    /// <summary>A cell in a few characters: verdict, number, and by what.</summary>
    public static string Short(AxiomCell? cell, bool by)
    {
        if (cell is null) return "";
        var mark = cell.Verdict switch { Verdict.Holds => "+", Verdict.Violated => "-", Verdict.Undetermined => "?", _ => "." };
        var number = cell.Float64 is { } exact ? $"{Number(exact)}d" : Number(cell.Value);
        var check = by && cell.Axiom is Axiom.ImplementationInvariance && cell.Verdict is Verdict.Violated or Verdict.Undetermined && by ? $" {cell.Check}" : "";
        return $"{mark}{(cell.Promise == Promise.Guaranteed ? "*" : " ")}{number}{check}";
    }

    /// <summary>A number as tables have it.</summary>
    public static string Number(double? value) => value switch
    {
        null => "",
        0 => "0",
        >= 0.01 and < 1000 => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0e0", CultureInfo.InvariantCulture),
    };

    private static string Vector(IReadOnlyList<double> values) => values is [var only] ? Six(only) : $"({string.Join(", ", values.Select(Six))})";

    private static string Six(double value) => Math.Abs(value) < 5e-7 ? "0" : value.ToString("0.######", CultureInfo.InvariantCulture);
}
