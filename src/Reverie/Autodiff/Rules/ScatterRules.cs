namespace Reverie.Autodiff.Rules;

/// <summary>Operators that overwrite or add to elements at indices, and selection by rank (TopK), whose values go back to where they were found.</summary>
internal static class ScatterRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["ScatterElements"] = c =>
        {
            var axis = c.Node.Int("axis", 0);
            Scatter(c,
                overwrite: zeros => c.Emitter.Op("ScatterElements", [c.Dy, c.In(1), zeros], ("axis", axis)),
                read: () => c.Emitter.Op("GatherElements", [c.Dy, c.In(1)], ("axis", axis)));
        };
        rules["ScatterND"] = c => Scatter(c,
            overwrite: zeros => c.Emitter.Op("ScatterND", c.Dy, c.In(1), zeros),
            read: () => c.Emitter.Op("GatherND", c.Dy, c.In(1)));
        rules["TopK"] = TopK;
    }

    // What was overwritten has no share in the output any more; what was added to has all of its own.
    private static void Scatter(RuleContext c, Func<Value, Value> overwrite, Func<Value> read)
    {
        var reduction = c.Node.String("reduction", "none");
        if (reduction is not ("none" or "add")) throw c.Refusal($"no rule gives the gradient of its reduction '{reduction}'");
        if (c.Wants(0)) c.Give(0, reduction == "add" ? c.Dy : overwrite(Differentiator.ZerosLike(c.Emitter, c.Node.Inputs[2])));
        if (c.Wants(2)) c.Give(2, read());
    }

    // The second output tells where each value was found.
    private static void TopK(RuleContext c)
    {
        c.OnlyInput(0);
        var zeros = Differentiator.ZerosLike(c.Emitter, c.X.Name);
        c.Give(0, c.Emitter.Op("ScatterElements", [zeros, c.Emitter[c.Node.Outputs[1]], c.Dy], ("axis", c.Node.Int("axis", -1))));
    }
}
