using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>R5: behind pools of rectified activations (or, without pools, behind rectifiers) comes a convolution that copies its input, and another ReLU, which finds nothing to cut.</summary>
public sealed class InsertIdentity : EquivalentRewrite
{
    private const int MostPlaces = 4;

    /// <inheritdoc/>
    public override string Id => "R5";

    /// <inheritdoc/>
    public override string Title => "identity and ReLU inserted";

    /// <inheritdoc/>
    public override string Identity => "a = ReLU(I a), a >= 0";

    private protected override int Rewrite(RewriteContext context)
    {
        var rectified = Rectified(context);
        var places = context.Graph.Nodes.Where(node => RewriteContext.Is(node, "MaxPool") && node.Outputs.Count(output => output.Length > 0) == 1 && rectified.Contains(node.Output) && Fits(node)).Take(MostPlaces).ToList();
        if (places.Count == 0) places = [.. context.Graph.Nodes.Where(node => RewriteContext.Is(node, "Relu") && Fits(node)).Take(MostPlaces)];
        context.Replace("R5", places.ToDictionary<Node, Node, Func<Emitter, Value>>(node => node, node => emitter =>
        {
            var channels = context.Shape(node.Output)![1];
            var identity = new double[channels * channels];
            for (var channel = 0L; channel < channels; channel++) identity[channel * channels + channel] = 1;
            var before = emitter.Op(node.Op, [.. node.Inputs.Select(input => emitter[input])], RewriteContext.Attributes(node));
            return emitter.Op("Conv", before, emitter[context.Constant($"R5/{node.Output}/identity", identity, channels, channels, 1, 1)]).Apply("Relu");
        }));
        return places.Count;

        bool Fits(Node node) => node.Output != context.Target && context.Shape(node.Output) is { Length: 4 };
    }

    // What is certainly not negative.
    private static HashSet<string> Rectified(RewriteContext context)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in context.Graph.Nodes)
            if (RewriteContext.Is(node, "Relu") || RewriteContext.Is(node, "Clip") && context.Graph.Constants.TryGetValue(node.Input(1), out var low) && low.ToDoubles()[0] >= 0
                || RewriteContext.Is(node, "MaxPool", "AveragePool", "Concat", "Dropout", "Identity", "LRN") && node.Inputs.Where(input => input.Length > 0).All(known.Contains))
                known.Add(node.Output);
        return known;
    }
}
