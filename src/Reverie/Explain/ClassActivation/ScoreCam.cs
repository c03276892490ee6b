using Reverie.Imaging;

namespace Reverie.Explain;

/// <summary>
/// Score-CAM (Wang et al. 2020): w_k is the softmax over channels of f(x H_k), H_k the activations of channel k brought to [0, 1] and to the picture's size: no gradients. One forward pass per channel;
/// flat channels are left out. Where the mask is 0 the network's input is 0, the mean colour for most.
/// </summary>
public sealed record ScoreCam : ClassActivationMap
{
    /// <inheritdoc/>
    public override string Id => "score-cam";

    /// <inheritdoc/>
    public override string Title => "Score-CAM";

    /// <inheritdoc/>
    protected internal override Signal Weighed(AttributionContext context, string layer)
    {
        if (context.Inputs is not [{ Shape: [_, _, _, _] } input]) throw new ReverieException($"{Id} needs one input of pictures, [N,C,H,W]");
        var activation = context.Subject.Activations(context.Inputs, layer, context.Cancellation);
        if (activation.Shape is not [_, var channels, var rows, var columns]) throw new ReverieException($"{Id} needs a layer with rows and columns, but '{layer}' is {activation}");
        var channelsLast = input.Shape[3] <= 4 && input.Shape[1] > 4;
        var (height, width) = channelsLast ? ((int)input.Shape[1], (int)input.Shape[2]) : ((int)input.Shape[2], (int)input.Shape[3]);
        var weights = new double[activation.Items, channels];
        for (var item = 0; item < activation.Items; item++)
        {
            var x = input.Item(item).ToArray();
            int[] lively = [.. Enumerable.Range(0, (int)channels).Where(channel => IsLively(Channel(activation, item, channel)))];
            var scores = context.Subject.Scores(lively.Length, [input.Single(item)], (index, into) =>
            {
                var mask = Mask(Channel(activation, item, lively[index]), (int)rows, (int)columns, height, width);
                for (var place = 0; place < x.Length; place++) into[0][place] = x[place] * mask[channelsLast ? place / (int)input.Shape[3] : place % mask.Length];
            }, new Forward(context.Progress, Id, lively.Length), context.Cancellation);
            var highest = scores.DefaultIfEmpty().Max();
            var total = scores.Sum(score => Math.Exp(score - highest));
            for (var index = 0; index < lively.Length; index++) weights[item, lively[index]] = Math.Exp(scores[index] - highest) / total;
        }
        return ByChannel(activation, (item, channel) => weights[item, channel]);
    }

    private static bool IsLively(ReadOnlySpan<double> channel)
    {
        foreach (var value in channel)
            if (value != channel[0]) return true;
        return false;
    }

    private static float[] Mask(ReadOnlySpan<double> channel, int rows, int columns, int height, int width)
    {
        var small = new float[channel.Length];
        for (var place = 0; place < small.Length; place++) small[place] = (float)channel[place];
        var mask = Resampling.Resize(small, 1, rows, columns, height, width, ResampleKernel.Bilinear);
        var (low, high) = (mask.Min(), mask.Max());
        if (high > low)
            for (var place = 0; place < mask.Length; place++) mask[place] = (mask[place] - low) / (high - low);
        return mask;
    }
}

/// <summary>Forward passes reported as an explanation's progress.</summary>
internal sealed class Forward(IProgress<ExplainProgress>? progress, string method, int total) : IProgress<int>
{
    public void Report(int value) => progress?.Report(new(method, value, total));
}
