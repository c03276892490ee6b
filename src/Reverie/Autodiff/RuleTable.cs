using Reverie.Autodiff.Rules;

namespace Reverie.Autodiff;

/// <summary>Writes the backward pass of one operator: from the cotangents of its outputs to those of its inputs.</summary>
public delegate void BackwardRule(RuleContext context);

/// <summary>
/// Operators and the rules of their backward passes. The gradient is one table; guided backprop, deconvnet, DeepLIFT and LRP are
/// others, made from it by replacing rules (<see cref="With"/>).
/// </summary>
public sealed class RuleTable
{
    private readonly Dictionary<string, BackwardRule> _rules;
    private readonly HashSet<string> _stops;

    private RuleTable(string name, Dictionary<string, BackwardRule> rules, HashSet<string> stops) => (Name, _rules, _stops) = (name, rules, stops);

    /// <summary>What the table computes, for messages and documentation.</summary>
    public string Name { get; }

    /// <summary>The table of reverse-mode differentiation: each rule is the operator's vector-Jacobian product.</summary>
    public static RuleTable Gradient { get; } = MakeGradient();

    /// <summary>The operators that have a rule, in alphabetical order.</summary>
    public IEnumerable<string> Operators => _rules.Keys.Order(StringComparer.Ordinal);

    /// <summary>Operators whose outputs do not change with small changes of the input, such as Shape, ArgMax or Greater: cotangents stop there.</summary>
    public IReadOnlySet<string> Stops => _stops;

    /// <summary>The rule of an operator, or null.</summary>
    public BackwardRule? this[string op] => _rules.GetValueOrDefault(op);

    /// <summary>A table with other rules for some operators.</summary>
    public RuleTable With(string name, params ReadOnlySpan<(string Op, BackwardRule Rule)> rules)
    {
        var changed = new Dictionary<string, BackwardRule>(_rules, StringComparer.Ordinal);
        foreach (var (op, rule) in rules) changed[op] = rule;
        return new(name, changed, _stops);
    }

    private static RuleTable MakeGradient()
    {
        var rules = new Dictionary<string, BackwardRule>(StringComparer.Ordinal);
        ActivationRules.AddTo(rules);
        TrigonometricRules.AddTo(rules);
        ArithmeticRules.AddTo(rules);
        ConvolutionRules.AddTo(rules);
        PoolingRules.AddTo(rules);
        LpPoolingRules.AddTo(rules);
        NormalisationRules.AddTo(rules);
        MatrixRules.AddTo(rules);
        EinsumRules.AddTo(rules);
        ReductionRules.AddTo(rules);
        LayoutRules.AddTo(rules);
        IndexingRules.AddTo(rules);
        ScatterRules.AddTo(rules);
        PaddingRules.AddTo(rules);
        ResizeRules.AddTo(rules);
        string[] stops =
        [
            "Shape", "Size", "ArgMax", "ArgMin", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "Not", "And", "Or", "Xor",
            "Floor", "Ceil", "Round", "Sign", "NonZero", "ConstantOfShape", "EyeLike", "Range", "IsNaN", "IsInf", "Hardmax", "OneHot",
            "RandomUniformLike", "RandomNormalLike",
        ];
        return new("gradient", rules, [.. stops]);
    }
}
