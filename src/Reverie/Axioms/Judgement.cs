namespace Reverie.Axioms;

/// <summary>From numbers to verdicts: the thresholds of the protocol (docs/axioms.md).</summary>
internal static class Judgement
{
    /// <summary>Above this a difference is no rounding, in float32 either.</summary>
    public const double Broken = 1e-2;

    /// <summary>Below this an invariance holds in float32.</summary>
    public static double Holds(LabFamily family) => family is LabFamily.Relevance or LabFamily.BlackBox ? 1e-3 : 1e-4;

    /// <summary>Below this it holds in float64; relevance has a denominator of its own to keep away from 0.</summary>
    public static double HoldsExactly(LabFamily family) => family == LabFamily.Relevance ? 1e-5 : 1e-8;

    /// <summary>Above this it is broken in float64: what lies between is left open.</summary>
    public const double BrokenExactly = 1e-4;

    /// <summary>What a measurement means. The float64 referee speaks where float32 cannot decide, and before anything proved is said to be broken.</summary>
    /// <param name="single">The number in float32.</param>
    /// <param name="holds">Below this it holds in float32.</param>
    /// <param name="exactly">Below this it holds in float64.</param>
    /// <param name="careful">Whether no verdict of float32 against the axiom counts.</param>
    /// <param name="always">Whether the referee is asked in any case.</param>
    /// <param name="referee">Measures in float64.</param>
    public static (Verdict Verdict, double? Exact) Of(double single, double holds, double exactly, bool careful, bool always, Func<double> referee)
    {
        if (!always && single < holds) return (Verdict.Holds, null);
        if (!always && !careful && single > Broken) return (Verdict.Violated, null);
        var exact = referee();
        return (exact < exactly ? Verdict.Holds : exact > BrokenExactly ? Verdict.Violated : Verdict.Undetermined, exact);
    }
}
