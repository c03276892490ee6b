namespace Reverie.Axioms;

/// <summary>One line of a figure: what a method gives.</summary>
/// <param name="Method">The method.</param>
/// <param name="Of">Which function or which path; empty where there is one.</param>
/// <param name="Values">The attributions that were computed, one for each variable.</param>
/// <param name="Derived">What follows by hand.</param>
public sealed record TeachingRow(string Method, string Of, IReadOnlyList<double> Values, IReadOnlyList<double> Derived)
{
    /// <summary>Whether the two agree to 1e-6.</summary>
    public bool Agrees => Values.Zip(Derived, (value, derived) => Math.Abs(value - derived) < 1e-6).All(same => same);
}

/// <summary>A counterexample small enough to follow by hand: a function, a point, what each method makes of it and why.</summary>
/// <param name="Id">T1 to T9.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Axiom">The axiom in question.</param>
/// <param name="Function">The function, written as the network computes it.</param>
/// <param name="Point">x and the baseline.</param>
/// <param name="Derivation">The numbers derived, line by line.</param>
/// <param name="Rows">What each method gives.</param>
/// <param name="Lesson">What is to be learnt.</param>
public sealed record TeachingFigure(string Id, string Title, Axiom Axiom, string Function, string Point, IReadOnlyList<string> Derivation, IReadOnlyList<TeachingRow> Rows, string Lesson)
{
    /// <summary>Whether everything computed is what was derived.</summary>
    public bool Agrees => Rows.All(row => row.Agrees);
}
