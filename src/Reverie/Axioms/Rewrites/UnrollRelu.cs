using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>
/// R8: every rectified convolution becomes a maximum: p and q are its positive and its negative weights' parts. The strongest of the rewrites: no rule that looks at a ReLU's sign or at the signs of weights
/// sees the same network. BatchNormalization is folded first.
/// </summary>
public sealed class UnrollRelu : EquivalentRewrite
{
    /// <inheritdoc/>
    public override string Id => "R8";

    /// <inheritdoc/>
    public override string Title => "ReLU as a maximum";

    /// <inheritdoc/>
    public override string Identity => "ReLU(p - q) = max(p, q) - q";

    private protected override int Rewrite(RewriteContext context)
    {
        FoldBatchNorm.Fold(context);
        context = new(context.Graph, context.Target, context.Graph.Nodes.SelectMany(node => node.Outputs).Where(output => context.Shape(output) is not null).ToDictionary(output => output, output => context.Shape(output)!), context.Random);
        var places = new Dictionary<Node, Func<Emitter, Value>>();
        var absorbed = new HashSet<Node>();
        foreach (var node in context.Convolutions())
        {
            if (context.OnlyReader(node.Output) is not { } reader || reader.Input(0) != node.Output || !IsRectifier(context, reader)) continue;
            places[reader] = emitter => Unrolled(context, emitter, node, reader);
            absorbed.Add(node);
        }
        context.Replace("R8", places);
        context.Graph.ReplaceNodes([.. context.Graph.Nodes.Where(node => !absorbed.Contains(node))]);
        return places.Count;
    }

    private static bool IsRectifier(RewriteContext context, Node node) =>
        RewriteContext.Is(node, "Relu") || RewriteContext.Is(node, "Clip") && context.Graph.Constants.TryGetValue(node.Input(1), out var low) && low.Count == 1 && low.ToDoubles()[0] == 0;

    private static Value Unrolled(RewriteContext context, Emitter e, Node node, Node rectifier)
    {
        var (weights, shape) = (context.Numbers(node.Input(1))!, context.ShapeOf(node.Input(1)));
        var biases = node.HasInput(2) ? context.Numbers(node.Input(2))! : null;
        var p = Part(value => Math.Max(value, 0), "positive");
        var q = Part(value => Math.Max(-value, 0), "negative");
        var rectified = e.Op("Max", p, q) - q;
        if (rectifier.Op == "Relu") return rectified;
        // ReLU6: the lower bound is written as the maximum, the upper one stays
        return e.Op("Clip", rectified, e[""], e[rectifier.Input(2)]);

        Value Part(Func<double, double> part, string what)
        {
            List<Value> inputs = [e[node.Input(0)], e[context.Constant($"R8/{node.Output}/{what}", Array.ConvertAll(weights, value => part(value)), shape)]];
            if (biases is not null) inputs.Add(e[context.Constant($"R8/{node.Output}/{what}_bias", Array.ConvertAll(biases, value => part(value)), biases.Length)]);
            return e.Op("Conv", [.. inputs], RewriteContext.Attributes(node));
        }
    }
}
