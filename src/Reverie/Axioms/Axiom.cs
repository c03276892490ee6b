using System.Text.Json.Serialization;

namespace Reverie.Axioms;

/// <summary>The axioms of attribution (Sundararajan et al. 2017; Friedman 2004). x is the picture, b the baseline.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Axiom>))]
public enum Axiom
{
    /// <summary>The attributions sum to f(x) - f(b).</summary>
    Completeness,
    /// <summary>If x and b differ in one feature alone, and f differs, that feature gets something.</summary>
    Sensitivity,
    /// <summary>What f does not depend on gets nothing: Sensitivity(b).</summary>
    Dummy,
    /// <summary>Two networks that are equal on all inputs get equal attributions.</summary>
    ImplementationInvariance,
    /// <summary>The attributions of f + g are those of f plus those of g.</summary>
    Linearity,
    /// <summary>Features that f treats alike, and that are equal in x and in b, get the same.</summary>
    Symmetry,
}

/// <summary>What theory says of a method and an axiom.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Promise>))]
public enum Promise
{
    /// <summary>It is proved to hold, away from ties: if it fails, the program is wrong.</summary>
    Guaranteed,
    /// <summary>It holds under a condition, or in expectation.</summary>
    Conditional,
    /// <summary>It does not hold in general; on some inputs it may.</summary>
    No,
}

/// <summary>What was found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>The axiom holds here, to rounding.</summary>
    Holds,
    /// <summary>It is broken.</summary>
    Violated,
    /// <summary>Neither can be said: a tie, a number between the thresholds, or too few steps.</summary>
    Undetermined,
    /// <summary>The question has no meaning for this method or this network.</summary>
    NotApplicable,
}
