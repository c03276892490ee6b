using System.Text.Json.Serialization;

namespace Reverie.Explain;

/// <summary>The kinds of rules by which a layer hands relevance on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LrpRuleKind>))]
public enum LrpRuleKind
{
    /// <summary>In proportion to a w, the denominator kept away from 0.</summary>
    Epsilon,
    /// <summary>As epsilon, positive contributions counting 1 + gamma times (where a layer's output is negative: negative ones).</summary>
    Gamma,
    /// <summary>Positive contributions with the weight alpha, negative ones with -beta, each in proportion among themselves; signs of inputs and weights both count. alpha - beta = 1.</summary>
    AlphaBeta,
    /// <summary>Positive contributions only: alpha 1, beta 0.</summary>
    ZPlus,
    /// <summary>For the first layer: x w - low w+ - high w-, low and high the least and greatest values that a pixel can have.</summary>
    ZBox,
    /// <summary>In proportion to w^2, whatever the input.</summary>
    WSquare,
    /// <summary>Equally to all inputs.</summary>
    Flat,
    /// <summary>Unchanged: for layers whose input has the output's shape.</summary>
    Pass,
}

/// <summary>How a layer hands relevance on: R_j = sum_k (contribution of j to k) / (sum of contributions to k) R_k.</summary>
public sealed record LrpRule
{
    /// <summary>The kind.</summary>
    public LrpRuleKind Kind { get; init; }

    /// <summary>gamma.</summary>
    public double Gamma { get; init; } = 0.25;

    /// <summary>alpha; beta is alpha - 1.</summary>
    public double Alpha { get; init; } = 2;

    /// <summary>The epsilon rule.</summary>
    public static LrpRule Epsilon { get; } = new();

    /// <summary>The z+ rule.</summary>
    public static LrpRule ZPlus { get; } = new() { Kind = LrpRuleKind.ZPlus };

    /// <summary>The zB rule.</summary>
    public static LrpRule ZBox { get; } = new() { Kind = LrpRuleKind.ZBox };

    /// <summary>The w^2 rule.</summary>
    public static LrpRule WSquare { get; } = new() { Kind = LrpRuleKind.WSquare };

    /// <summary>The flat rule.</summary>
    public static LrpRule Flat { get; } = new() { Kind = LrpRuleKind.Flat };

    /// <summary>Relevance unchanged.</summary>
    public static LrpRule Pass { get; } = new() { Kind = LrpRuleKind.Pass };

    /// <summary>The gamma rule.</summary>
    public static LrpRule OfGamma(double gamma = 0.25) => new() { Kind = LrpRuleKind.Gamma, Gamma = gamma };

    /// <summary>The alpha-beta rule with beta = alpha - 1.</summary>
    public static LrpRule AlphaBeta(double alpha = 2) => new() { Kind = LrpRuleKind.AlphaBeta, Alpha = alpha };

    /// <exception cref="ReverieException">A number is out of range.</exception>
    internal void Validate()
    {
        if (Kind == LrpRuleKind.Gamma && !(Gamma >= 0 && double.IsFinite(Gamma))) throw new ReverieException("gamma must be 0 or more");
        if (Kind == LrpRuleKind.AlphaBeta && !(Alpha >= 1 && double.IsFinite(Alpha))) throw new ReverieException("alpha must be 1 or more (beta is alpha - 1)");
    }
}
