using Reverie.Autodiff;

namespace Reverie.Explain;

/// <summary>Rules made of other rules.</summary>
internal static class RuleContexts
{
    /// <summary>
    /// What a rule gives to one input for a cotangent of the first output, instead of giving it. A rule that rewrites the forward node still does.
    /// </summary>
    public static Value Through(this RuleContext c, BackwardRule rule, Value dy, int input = 0)
    {
        Value? given = null;
        var inner = c.With((tensor, value) => { if (tensor == c.Node.Inputs[input]) given = given is { } before ? before + value : value; }, dy);
        rule(inner);
        return given ?? throw c.Refusal($"its rule gives nothing to its input {input}");
    }

    /// <summary>The same node on the reference.</summary>
    public static RuleContext Twin(this RuleContext c, DeepLiftRules rules)
    {
        var twin = c.Node.Clone();
        for (var index = 0; index < twin.Inputs.Count; index++) twin.Inputs[index] = rules.Reference(c, c.Emitter[twin.Inputs[index]]).Name;
        for (var index = 0; index < twin.Outputs.Count; index++) twin.Outputs[index] = rules.Reference(c, c.Emitter[twin.Outputs[index]]).Name;
        return c.On(twin);
    }
}
