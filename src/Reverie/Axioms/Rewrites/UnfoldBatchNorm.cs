using Reverie.Autodiff;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>R3, the other way: convolutions without BatchNormalization get one with random statistics that undoes itself.</summary>
public sealed class UnfoldBatchNorm : EquivalentRewrite
{
    private const double Epsilon = 1e-5;

    /// <inheritdoc/>
    public override string Id => "R3u";

    /// <inheritdoc/>
    public override string Title => "BatchNorm unfolded";

    /// <inheritdoc/>
    public override string Identity => "W x + b = BN((W / f) x), f = scale / sqrt(variance + epsilon), bias = b + f mean";

    private protected override int Rewrite(RewriteContext context)
    {
        var replacements = new Dictionary<Node, Func<Emitter, Value>>();
        foreach (var node in context.Convolutions())
            if (!context.Readers(node.Output).Any(reader => RewriteContext.Is(reader, "BatchNormalization"))) replacements[node] = emitter => Unfolded(context, emitter, node);
        context.Replace("R3u", replacements);
        return replacements.Count;
    }

    private static Value Unfolded(RewriteContext context, Emitter e, Node node)
    {
        var (weights, shape) = (context.Numbers(node.Input(1))!, context.ShapeOf(node.Input(1)));
        var channels = (int)shape[0];
        var biases = node.HasInput(2) ? context.Numbers(node.Input(2))! : new double[channels];
        var (scale, bias, mean, variance) = (new double[channels], new double[channels], new double[channels], new double[channels]);
        var filter = weights.Length / channels;
        for (var channel = 0; channel < channels; channel++)
        {
            variance[channel] = context.Random.Uniform(0.5, 1.5);
            scale[channel] = Math.Exp(0.5 * Math.Clamp(context.Random.Normal(), -2, 2));
            mean[channel] = 0.1 * context.Random.Normal();
            var factor = scale[channel] / Math.Sqrt(variance[channel] + Epsilon);
            bias[channel] = biases[channel] + factor * mean[channel];
            foreach (ref var weight in weights.AsSpan(channel * filter, filter)) weight /= factor;
        }
        var inner = e.Op("Conv", [e[node.Input(0)], Constant("weights", weights, shape)], RewriteContext.Attributes(node));
        return e.Op("BatchNormalization", [inner, Constant("scale", scale, channels), Constant("bias", bias, channels), Constant("mean", mean, channels), Constant("variance", variance, channels)],
            ("epsilon", (float)Epsilon));

        Value Constant(string what, double[] values, params long[] size) => e[context.Constant($"R3u/{node.Output}/{what}", values, size)];
    }
}
