using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>R9: the first convolutions get a neighbour that is added and taken away again, rectified both times.</summary>
public sealed class GhostBranch : EquivalentRewrite
{
    /// <inheritdoc/>
    public override string Id => "R9";

    /// <inheritdoc/>
    public override string Title => "ghost branch added";

    /// <inheritdoc/>
    public override string Identity => "y = y + (ReLU(s) - ReLU(s')), s = s'";

    private protected override int Rewrite(RewriteContext context)
    {
        var inputs = context.Graph.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var places = context.Convolutions().Where(node => inputs.Contains(node.Input(0))).ToList();
        if (places.Count == 0) places = [.. context.Convolutions().Take(1)];
        context.Replace("R9", places.ToDictionary<Node, Node, Func<Emitter, Value>>(node => node, node => emitter => Haunted(context, emitter, node)));
        return places.Count;
    }

    private static Value Haunted(RewriteContext context, Emitter e, Node node)
    {
        var (weights, shape) = (context.Numbers(node.Input(1))!, context.ShapeOf(node.Input(1)));
        var size = RewriteContext.Rms(weights);
        for (var index = 0; index < weights.Length; index++) weights[index] = size * context.Random.Normal();
        var y = e.Op("Conv", [.. node.Inputs.Select(input => e[input])], RewriteContext.Attributes(node));
        return y + (Ghost("one") - Ghost("other"));

        // two constants, or a compiler would see that both are the same
        Value Ghost(string which) =>
            e.Op("Conv", [e[node.Input(0)], e[context.Constant($"R9/{node.Output}/{which}", (double[])weights.Clone(), shape)]], RewriteContext.Attributes(node)).Apply("Relu");
    }
}
