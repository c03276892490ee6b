namespace Reverie.Explain;

/// <summary>
/// Eigen-CAM (Muhammad and Yeasin 2020): the activations projected onto their first principal component over places: what is most prominent in the layer, whatever the target.
/// </summary>
public sealed record EigenCam : ClassActivationMap
{
    private const int Rounds = 200;

    /// <inheritdoc/>
    public override string Id => "eigen-cam";

    /// <inheritdoc/>
    public override string Title => "Eigen-CAM";

    /// <inheritdoc/>
    protected internal override Signal Weighed(AttributionContext context, string layer)
    {
        var activation = context.Subject.Activations(context.Inputs, layer, context.Cancellation);
        var (channels, area) = ((int)activation.Shape[1], activation.ItemLength / Math.Max(1, (int)activation.Shape[1]));
        var weighed = activation.ZerosLike();
        for (var item = 0; item < activation.Items; item++)
        {
            var centred = activation.Item(item).ToArray();
            for (var channel = 0; channel < channels; channel++)
            {
                var row = centred.AsSpan(channel * area, area);
                var mean = 0.0;
                foreach (var value in row) mean += value / area;
                foreach (ref var value in row) value -= mean;
            }
            var direction = Component(centred, channels, area);
            var sign = Activity(activation.Item(item), centred, direction, area) < 0 ? -1 : 1;
            var into = weighed.Item(item);
            for (var channel = 0; channel < channels; channel++)
                for (var place = 0; place < area; place++) into[channel * area + place] = sign * direction[channel] * centred[channel * area + place];
        }
        return weighed;
    }

    // The first right singular vector by the power method: v <- A^T (A v), A the places times channels.
    private static double[] Component(double[] centred, int channels, int area)
    {
        var direction = new double[channels];
        for (var channel = 0; channel < channels; channel++)
            foreach (var value in centred.AsSpan(channel * area, area)) direction[channel] += value * value;
        var projected = new double[area];
        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(projected);
            for (var channel = 0; channel < channels; channel++)
                for (var place = 0; place < area; place++) projected[place] += direction[channel] * centred[channel * area + place];
            var (norm, change) = (0.0, 0.0);
            var next = new double[channels];
            for (var channel = 0; channel < channels; channel++)
            {
                for (var place = 0; place < area; place++) next[channel] += projected[place] * centred[channel * area + place];
                norm += next[channel] * next[channel];
            }
            if (norm == 0) return direction;
            for (var channel = 0; channel < channels; channel++)
            {
                next[channel] /= Math.Sqrt(norm);
                change = Math.Max(change, Math.Abs(next[channel] - direction[channel]));
            }
            direction = next;
            if (change < 1e-10) break;
        }
        return direction;
    }

    // A component has no sign of its own: it is turned so that it is high where the layer is active.
    private static double Activity(ReadOnlySpan<double> activation, double[] centred, double[] direction, int area)
    {
        var sum = 0.0;
        for (var place = 0; place < area; place++)
        {
            var (projected, active) = (0.0, 0.0);
            for (var channel = 0; channel < direction.Length; channel++)
            {
                projected += direction[channel] * centred[channel * area + place];
                active += Math.Abs(activation[channel * area + place]);
            }
            sum += projected * active;
        }
        return sum;
    }
}
