using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>R4: every convolution becomes the sum of two, whose weights add up to its own.</summary>
public sealed class SplitConvolution : EquivalentRewrite
{
    /// <inheritdoc/>
    public override string Id => "R4";

    /// <inheritdoc/>
    public override string Title => "convolutions split in two";

    /// <inheritdoc/>
    public override string Identity => "W x + b = ((W + N) x + b) + (-N) x, N random";

    private protected override int Rewrite(RewriteContext context)
    {
        var replacements = context.Convolutions().ToDictionary<Node, Node, Func<Emitter, Value>>(node => node, node => emitter => Sum(context, emitter, node));
        context.Replace("R4", replacements);
        return replacements.Count;
    }

    private static Value Sum(RewriteContext context, Emitter e, Node node)
    {
        var (weights, shape) = (context.Numbers(node.Input(1))!, context.ShapeOf(node.Input(1)));
        var size = RewriteContext.Rms(weights);
        var (first, second) = (new double[weights.Length], new double[weights.Length]);
        for (var index = 0; index < weights.Length; index++)
        {
            // the second is what the first leaves, so that the two add up to the last digit
            first[index] = weights[index] + size * context.Random.Normal();
            second[index] = weights[index] - first[index];
        }
        var x = e[node.Input(0)];
        var (one, other) = (e[context.Constant($"R4/{node.Output}/first", first, shape)], e[context.Constant($"R4/{node.Output}/second", second, shape)]);
        Value[] inputs = node.HasInput(2) ? [x, one, e[node.Input(2)]] : [x, one];
        return e.Op("Conv", inputs, RewriteContext.Attributes(node)) + e.Op("Conv", [x, other], RewriteContext.Attributes(node));
    }
}
