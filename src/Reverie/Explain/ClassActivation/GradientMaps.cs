namespace Reverie.Explain;

/// <summary>Grad-CAM (Selvaraju et al. 2017): w_k is the mean gradient of channel k.</summary>
public sealed record GradCam : ClassActivationMap
{
    /// <inheritdoc/>
    public override string Id => "grad-cam";

    /// <inheritdoc/>
    public override string Title => "Grad-CAM";

    /// <inheritdoc/>
    protected internal override Signal Weighed(AttributionContext context, string layer)
    {
        var (activation, gradient) = LayerGradient.Of(context, layer);
        return ByChannel(activation, (item, channel) => Mean(Channel(gradient, item, channel)));
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }
}

/// <summary>HiResCAM (Draelos and Carin 2020): every place has its own gradient; for a network that ends in convolution, pooling and a linear layer, provably what the score is made of.</summary>
public sealed record HiResCam : ClassActivationMap
{
    /// <inheritdoc/>
    public override string Id => "hirescam";

    /// <inheritdoc/>
    public override string Title => "HiResCAM";

    /// <inheritdoc/>
    protected internal override Signal Weighed(AttributionContext context, string layer)
    {
        var (activation, gradient) = LayerGradient.Of(context, layer);
        return activation.Zip(gradient, (a, g) => a * g);
    }
}

/// <summary>
/// Grad-CAM++ (Chattopadhay et al. 2018): w_k = sum_ij alpha_kij max(g_kij, 0) with alpha = g^2 / (2 g^2 + (sum_ab A_kab) g^3), equation 19 of the paper; alpha is 0 where g is.
/// </summary>
public sealed record GradCamPlusPlus : ClassActivationMap
{
    /// <inheritdoc/>
    public override string Id => "grad-cam-plus-plus";

    /// <inheritdoc/>
    public override string Title => "Grad-CAM++";

    /// <inheritdoc/>
    protected internal override Signal Weighed(AttributionContext context, string layer)
    {
        var (activation, gradient) = LayerGradient.Of(context, layer);
        return ByChannel(activation, (item, channel) =>
        {
            var (total, weight) = (0.0, 0.0);
            foreach (var a in Channel(activation, item, channel)) total += a;
            foreach (var g in Channel(gradient, item, channel))
            {
                if (g <= 0) continue;
                // g^2 / (2 g^2 + S g^3) = 1 / (2 + S g)
                var denominator = 2 + total * g;
                if (Math.Abs(denominator) > 1e-7) weight += g / denominator;
            }
            return weight;
        });
    }
}

/// <summary>XGrad-CAM (Fu et al. 2020): w_k is the mean of the gradients of channel k, each counting by its activation.</summary>
public sealed record XGradCam : ClassActivationMap
{
    /// <inheritdoc/>
    public override string Id => "xgrad-cam";

    /// <inheritdoc/>
    public override string Title => "XGrad-CAM";

    /// <inheritdoc/>
    protected internal override Signal Weighed(AttributionContext context, string layer)
    {
        var (activation, gradient) = LayerGradient.Of(context, layer);
        return ByChannel(activation, (item, channel) =>
        {
            var (product, total, size) = (0.0, 0.0, 0.0);
            Span<double> a = Channel(activation, item, channel), g = Channel(gradient, item, channel);
            for (var place = 0; place < a.Length; place++) (product, total, size) = (product + g[place] * a[place], total + a[place], size + Math.Abs(a[place]));
            // a silent channel has no weight, whatever its gradients
            return Math.Abs(total) > 1e-7 * size ? product / total : 0;
        });
    }
}

/// <summary>LayerCAM (Jiang et al. 2021): activations times their positive gradients, place by place; useful at early layers too.</summary>
public sealed record LayerCam : ClassActivationMap
{
    /// <inheritdoc/>
    public override string Id => "layer-cam";

    /// <inheritdoc/>
    public override string Title => "LayerCAM";

    /// <inheritdoc/>
    protected internal override Signal Weighed(AttributionContext context, string layer)
    {
        var (activation, gradient) = LayerGradient.Of(context, layer);
        return activation.Zip(gradient, (a, g) => a * Math.Max(g, 0));
    }
}

/// <summary>
/// Class activation mapping (Zhou et al. 2016): w_k is the weight of channel k in the linear layer after global average pooling. It is the gradient of the channel's mean, so that no weight
/// has to be looked for; a layer that is not followed by such a head is refused.
/// </summary>
public sealed record Cam : ClassActivationMap
{
    /// <summary>Creates the method; the map keeps its signs.</summary>
    public Cam() => Rectify = false;

    /// <inheritdoc/>
    public override string Id => "cam";

    /// <inheritdoc/>
    public override string Title => "CAM";

    /// <inheritdoc/>
    protected internal override Signal Weighed(AttributionContext context, string layer)
    {
        var (activation, gradient) = LayerGradient.Of(context, layer);
        return ByChannel(activation, (item, channel) =>
        {
            var slopes = Channel(gradient, item, channel);
            foreach (var slope in slopes)
                if (Math.Abs(slope - slopes[0]) > 1e-4 * Math.Abs(slopes[0]))
                    throw new ReverieException($"'{layer}' is not followed by global average pooling and a linear layer, which CAM needs; use grad-cam");
            return slopes[0] * slopes.Length;
        });
    }
}
