using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>R6: the picture itself is written as the difference of its positive and its negative part.</summary>
public sealed class SplitInput : EquivalentRewrite
{
    /// <inheritdoc/>
    public override string Id => "R6";

    /// <inheritdoc/>
    public override string Title => "input split by sign";

    /// <inheritdoc/>
    public override string Identity => "x = ReLU(x) - ReLU(-x)";

    private protected override int Rewrite(RewriteContext context)
    {
        var graph = context.Graph;
        var first = new List<Node>();
        var emitter = new Emitter(graph, first) { Prefix = "axioms/R6" };
        var split = graph.Inputs.Where(input => input.Type.Element.IsFloating()).ToDictionary(input => input.Name, input =>
        {
            var x = emitter[input.Name];
            return (x.Apply("Relu") - (-x).Apply("Relu")).Name;
        });
        foreach (var node in graph.Nodes)
            for (var index = 0; index < node.Inputs.Count; index++)
                if (split.TryGetValue(node.Inputs[index], out var other)) node.Inputs[index] = other;
        graph.ReplaceNodes([.. first, .. graph.Nodes]);
        return split.Count;
    }
}
