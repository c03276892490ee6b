using Reverie.Explain;

namespace Reverie.Axioms;

/// <summary>What the lab found on one network and one picture.</summary>
public sealed record AxiomReport
{
    /// <summary>The network.</summary>
    public required string Network { get; init; }

    /// <summary>What was explained, in words.</summary>
    public required string Target { get; init; }

    /// <summary>The methods' ids and what they are called.</summary>
    public required IReadOnlyList<(string Id, string Title, Theory Theory)> Methods { get; init; }

    /// <summary>The rewrites and what they did.</summary>
    public required IReadOnlyList<RewriteOutcome> Rewrites { get; init; }

    /// <summary>All measurements.</summary>
    public required IReadOnlyList<AxiomCell> Cells { get; init; }

    /// <summary>Rectifiers and pools that are undecided on the inputs.</summary>
    public required TieCount Ties { get; init; }

    /// <summary>Remarks about the whole run.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The network's input, to draw maps over.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public required Signal Input { get; init; }

    /// <summary>The measurements that contradict what is proved: the program is wrong where there is one.</summary>
    public IReadOnlyList<AxiomCell> Failures => [.. Cells.Where(cell => cell.IsFailure)];

    /// <summary>One cell that stands for a method and an axiom: the worst that was found.</summary>
    public AxiomCell? Worst(string method, Axiom axiom) => Cells
        .Where(cell => cell.Method == method && cell.Axiom == axiom)
        .OrderByDescending(cell => cell.Verdict switch { Verdict.Violated => 3, Verdict.Undetermined => 2, Verdict.Holds => 1, _ => 0 })
        .ThenByDescending(cell => cell.Float64 ?? cell.Value ?? -1)
        .FirstOrDefault();
}

/// <summary>How many rectifiers and pool windows are undecided: where they are, an infinitely small change of the input decides what passes.</summary>
/// <param name="Rectifiers">The fraction of ReLU inputs within 1e-6 of the layer's root mean square from 0.</param>
/// <param name="Pools">The fraction of max pools' windows whose maximum is positive and occurs twice.</param>
/// <param name="Jittered">Whether x was moved by noise to undo them.</param>
public sealed record TieCount(double Rectifiers, double Pools, bool Jittered);
