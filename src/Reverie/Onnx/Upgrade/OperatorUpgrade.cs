namespace Reverie.Onnx.Upgrade;

/// <summary>How nodes of one operator, in a range of opsets, are said in the canonical operator set.</summary>
/// <param name="Op">The operator.</param>
/// <param name="From">The first opset in which the rewriting is needed.</param>
/// <param name="To">The last one.</param>
/// <param name="Rewrite">Adds canonical nodes that write the same tensors. The node given is a copy and may be changed and added itself.</param>
internal sealed record OperatorUpgrade(string Op, long From, long To, Action<UpgradeContext, Node> Rewrite)
{
    /// <summary>The operator's domain; empty for the standard one.</summary>
    public string Domain { get; init; } = "";
}
