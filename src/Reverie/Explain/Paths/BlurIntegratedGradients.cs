using System.Text.Json.Serialization;
using Reverie.Imaging;

namespace Reverie.Explain;

/// <summary>
/// Blur integrated gradients (Xu et al. 2020): the path does not lead from a colour but from the picture itself, blurred, to the picture; it adds no structure that is not in the picture.
/// The attributions sum to f(x) - f(blurred x).
/// </summary>
public sealed record BlurIntegratedGradients : AttributionMethod
{
    /// <inheritdoc/>
    public override string Id => "blur-integrated-gradients";

    /// <inheritdoc/>
    public override string Title => "Blur integrated gradients";

    /// <inheritdoc/>
    public override Conservation Conserves => Conservation.Difference;

    /// <inheritdoc/>
    [JsonIgnore]
    public override Baseline? Reference => Baseline.Blur(MaxSigma);

    /// <summary>The standard deviation that the path begins with, in pixels of the network's input.</summary>
    public double MaxSigma { get; init; } = 50;

    /// <summary>How many steps. They are small where the picture is nearly sharp, as most happens there: sigma falls with the square.</summary>
    public int Steps { get; init; } = 50;

    /// <inheritdoc/>
    protected internal override void Validate()
    {
        base.Validate();
        Check(MaxSigma > 0 && double.IsFinite(MaxSigma), "the largest sigma must be positive");
        Check(Steps is >= 1 and <= 1_000_000, "steps must be between 1 and 1000000");
    }

    /// <inheritdoc/>
    protected internal override RawAttribution Compute(AttributionContext context)
    {
        if (context.Inputs is not [{ Shape: [_, _, var height, var width] } input]) throw new ReverieException($"{Id} needs one input of pictures, [N,C,H,W]");
        var channelsLast = input.Shape[3] <= 4 && input.Shape[1] > 4;
        var curve = new CurveIntegral(context, Id);
        curve.Follow(Steps, (item, step, into) => Blurred(input.Item(item), input.Shape, channelsLast, MaxSigma * Math.Pow(1 - (double)step / Steps, 2), into[0]));
        double[] expected = [.. curve.After.Zip(curve.Before, (after, before) => after - before)];
        return new()
        {
            Maps = curve.Sums,
            Steps = Steps,
            Balance = new([.. Enumerable.Range(0, context.Items).Select(item => curve.Sums[0].Sum(item))], expected, curve.After, curve.Before),
        };
    }

    private static void Blurred(ReadOnlySpan<double> x, long[] shape, bool channelsLast, double sigma, double[] into)
    {
        if (sigma == 0)
        {
            x.CopyTo(into);
            return;
        }
        var (channels, height, width) = channelsLast ? ((int)shape[3], (int)shape[1], (int)shape[2]) : ((int)shape[1], (int)shape[2], (int)shape[3]);
        var area = height * width;
        var (planes, blurred) = (new float[x.Length], new float[x.Length]);
        for (var index = 0; index < planes.Length; index++) planes[Place(index)] = (float)x[index];
        GaussianBlur.Apply(planes, channels, height, width, sigma, blurred);
        for (var index = 0; index < planes.Length; index++) into[index] = blurred[Place(index)];

        int Place(int index) => channelsLast ? index % channels * area + index / channels : index;
    }
}
