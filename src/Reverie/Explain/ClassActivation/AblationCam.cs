namespace Reverie.Explain;

/// <summary>
/// Ablation-CAM (Desai and Ramaswamy 2020): w_k is the fraction of the score that is lost when channel k is set to 0. The network is run from the layer on, once per channel; no gradients.
/// </summary>
public sealed record AblationCam : ClassActivationMap
{
    /// <inheritdoc/>
    public override string Id => "ablation-cam";

    /// <inheritdoc/>
    public override string Title => "Ablation-CAM";

    /// <inheritdoc/>
    protected internal override Signal Weighed(AttributionContext context, string layer)
    {
        var rest = LayerSubject.At(context, layer, withBaselines: false);
        var activation = rest.Inputs[0];
        var channels = (int)activation.Shape[1];
        var area = activation.ItemLength / channels;
        var whole = context.Subject.Scores(context.Inputs, context.Cancellation);
        var weights = new double[activation.Items, channels];
        for (var item = 0; item < activation.Items; item++)
        {
            Signal[] single = [.. rest.Inputs.Select(input => input.Single(item))];
            var scores = rest.Subject.Scores(channels, single, (channel, into) =>
            {
                for (var input = 0; input < into.Length; input++) single[input].Values.CopyTo(into[input], 0);
                into[0].AsSpan(channel * area, area).Clear();
            }, new Forward(context.Progress, Id, channels), context.Cancellation);
            // a score of nearly 0 has no fractions; then the loss itself
            var scale = Math.Abs(whole[item]) > 1e-12 ? Math.Abs(whole[item]) : 1;
            for (var channel = 0; channel < channels; channel++) weights[item, channel] = (whole[item] - scores[channel]) / scale;
        }
        return ByChannel(activation, (item, channel) => weights[item, channel]);
    }
}
