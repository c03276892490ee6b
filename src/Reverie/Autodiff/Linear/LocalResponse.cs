using Reverie.Onnx;

namespace Reverie.Autodiff.Linear;

/// <summary>
/// Local response normalisation across channels (Krizhevsky et al. 2012): y = x / s^beta with s = bias + alpha/size * (sum of x^2 over neighbouring channels).
/// The sum over neighbours is a 1x1 convolution with a banded matrix, which is faster than the operator and shared by both passes.
/// </summary>
internal static class LocalResponse
{
    /// <summary>dx = dy / s^beta - 2 alpha beta / size * x * band^T(dy y / s).</summary>
    public static void Rule(RuleContext c)
    {
        var size = c.Node.Int("size", 1);
        // taken as the file has them, in 32 bits: the operator comes from Caffe, whose numbers are 32-bit too
        double alpha = c.Node.Float("alpha", 1e-4f), beta = c.Node.Float("beta", 0.75f), bias = c.Node.Float("bias", 1);
        if (c.Dims()?[1].Value is not { } channels) throw c.Refusal("its number of channels is not known");
        if (c.Rank() is not (3 or 4)) throw c.Refusal("only tensors of 3 or 4 dimensions are supported");

        Value s = default, power = default;
        c.Replace(() =>
        {
            (s, power) = Denominator(c, channels, size, alpha / size, beta, bias);
            c.Emitter.Nodes.Add(new Node("Div", [c.Node.Inputs[0], power.Name], [c.Node.Output]) { Name = c.Node.Name });
        });
        var inner = Banded(c, c.Dy * c.Y / s, channels, size, transposed: true);
        c.Give(0, c.Dy / power - c.X * inner * (2 * alpha * beta / size));
    }

    private static (Value S, Value Power) Denominator(RuleContext c, long channels, long size, double scale, double beta, double bias)
    {
        var s = Banded(c, c.X * c.X, channels, size, transposed: false) * scale + bias;
        // s^(3/4), the usual case, is two square roots and a product: cheaper than Pow
        var power = beta switch
        {
            0.75 => s.Sqrt() is var root ? root * root.Sqrt() : default,
            0.5 => s.Sqrt(),
            1 => s,
            _ => c.Emitter.Op("Pow", s, c.Emitter.Scalar(beta)),
        };
        return (s, power);
    }

    private static Value Banded(RuleContext c, Value value, long channels, long size, bool transposed)
    {
        var name = $"lrn/band_{channels}_{size}{(transposed ? "_transposed" : "")}_{c.Rank()}";
        if (!c.Emitter.Graph.Constants.ContainsKey(name)) c.Emitter.Graph.Constants[name] = Band(channels, size, transposed, c.Rank());
        return c.Emitter.Op("Conv", value, c.Emitter[name]);
    }

    // Channel c sums over [c - floor((size-1)/2), c + ceil((size-1)/2)], as ONNX defines it.
    private static Tensor Band(long channels, long size, bool transposed, int rank)
    {
        var (before, after) = ((size - 1) / 2, size - 1 - (size - 1) / 2);
        if (transposed) (before, after) = (after, before);
        var band = new float[channels * channels];
        for (var to = 0L; to < channels; to++)
            for (var from = Math.Max(0, to - before); from <= Math.Min(channels - 1, to + after); from++)
                band[to * channels + from] = 1;
        long[] shape = [channels, channels, .. Enumerable.Repeat(1L, rank - 2)];
        return Tensor.Of<float>(band, shape);
    }
}
