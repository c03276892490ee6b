using Reverie.Explain;

namespace Reverie.Axioms;

/// <summary>One measurement: a method, an axiom, and how it was put to the test.</summary>
public sealed record AxiomCell
{
    /// <summary>The method's id.</summary>
    public required string Method { get; init; }

    /// <summary>The axiom.</summary>
    public required Axiom Axiom { get; init; }

    /// <summary>By what it was tested: a rewrite's id, or the name of a construction.</summary>
    public required string Check { get; init; }

    /// <summary>What was found.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>By how much the axiom is broken; what that is a fraction of, the check says. Null where nothing could be measured.</summary>
    public double? Value { get; init; }

    /// <summary>The largest difference of one element over the largest magnitude, for rewrites.</summary>
    public double? Largest { get; init; }

    /// <summary>The rank correlation of the magnitudes before and after, for rewrites.</summary>
    public double? Spearman { get; init; }

    /// <summary>The same number from the float64 referee; null where it was not asked.</summary>
    public double? Float64 { get; init; }

    /// <summary>What theory says.</summary>
    public required Promise Promise { get; init; }

    /// <summary>What the reader ought to know.</summary>
    public string? Note { get; init; }

    /// <summary>Whether something that is proved was found broken: the program, or a rule of it, is wrong.</summary>
    public bool IsFailure => Promise == Promise.Guaranteed && Verdict == Verdict.Violated;

    /// <summary>Attributions before and after, to be drawn; null for constructions.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    internal (Signal Before, Signal After)? Maps { get; init; }
}

/// <summary>A rewrite, and what it did to a network.</summary>
/// <param name="Id">R1 to R9.</param>
/// <param name="Title">What is done.</param>
/// <param name="Identity">The identity.</param>
/// <param name="Places">At how many places the network was rewritten.</param>
/// <param name="LogitChange">The largest change of a logit, over the largest logit, on x, b and random inputs; null where nothing was rewritten.</param>
/// <param name="IsValid">Whether the rewritten network was verified to be equivalent, so that its attributions count.</param>
/// <param name="Note">What the reader ought to know.</param>
public sealed record RewriteOutcome(string Id, string Title, string Identity, int Places, double? LogitChange, bool IsValid, string? Note);
