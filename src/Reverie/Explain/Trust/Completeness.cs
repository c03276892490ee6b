namespace Reverie.Explain;

/// <summary>What a completeness error means, in words.</summary>
public static class Completeness
{
    /// <summary>Up to this fraction attributions add up.</summary>
    public const double Good = 0.01;

    /// <summary>Up to this fraction they are of use.</summary>
    public const double Usable = 0.05;

    /// <summary>The verdict on an error that is a fraction of |f(x) - f(b)|.</summary>
    public static string Words(double gap) => gap switch
    {
        <= Good => "adds up",
        <= Usable => "adds up roughly",
        _ => "does not add up",
    };

    /// <summary>What to do about an error; null where nothing needs to be done.</summary>
    public static string? Advice(Attribution attribution)
    {
        ArgumentNullException.ThrowIfNull(attribution);
        if (attribution.Gap is not { } gap || gap <= Good) return null;
        if (attribution.BaselineScore is { } before && Math.Abs(attribution.Score - before) < 0.01 * Math.Max(Math.Abs(attribution.Score), Math.Abs(before)))
            return "f(x) and f(baseline) are nearly equal, so that there is little to attribute; take another baseline";
        return attribution.Method is IntegratedGradients { Steps: not null } ? "leave the steps out, and as many are taken as are needed, or state more of them"
            : attribution.Raw.Steps is not null ? "take more steps or samples" : "take another baseline, or another method";
    }
}
