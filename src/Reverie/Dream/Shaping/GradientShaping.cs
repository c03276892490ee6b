namespace Reverie.Dream.Shaping;

/// <summary>The way from a gradient to a change of the picture, for the steps of one octave (it may keep state between them): filters in order, then a normaliser.</summary>
internal sealed class GradientShaping(IReadOnlyList<IGradientFilter> filters, IGradientNormaliser normaliser)
{
    /// <summary>Gradients smaller than this are zero; the notebook of 2015 has no such bound, and makes NaN of a dead gradient.</summary>
    public const double Epsilon = 1e-20;

    /// <summary>The way that settings ask for, for the steps of one octave.</summary>
    public static GradientShaping Of(DeepDream settings, OctaveSize size)
    {
        var filters = new List<IGradientFilter>();
        if (settings.Smoothing == GradientSmoothing.Laplacian) filters.Add(new LaplacianNormalisation());
        if (settings.Smoothing == GradientSmoothing.Cascade) filters.Add(new GaussianCascade(settings.Steps));
        if (settings.TotalVariation > 0) filters.Add(new TotalVariation(settings.TotalVariation));
        return new(filters, settings.Normaliser switch
        {
            GradientNorm.Mean => new MeanMagnitude(),
            GradientNorm.Deviation => new StandardDeviation(),
            _ => new Adam(checked((int)(3 * size.Pixels))),
        });
    }

    /// <summary>Shapes a gradient [3,H,W] in place and gives what it is still to be divided by; 0 where it is zero everywhere.</summary>
    /// <param name="gradient">The gradient; changed.</param>
    /// <param name="picture">The picture that it is the gradient at.</param>
    /// <param name="size">H and W.</param>
    /// <param name="weights">How far each pixel [H,W] follows the gradient; null for all in full.</param>
    /// <exception cref="ReverieException">The gradient is not finite.</exception>
    public double Apply(float[] gradient, float[] picture, OctaveSize size, float[]? weights = null)
    {
        foreach (var filter in filters) filter.Apply(gradient, picture, size);
        return Checked(normaliser.Divisor(gradient, weights));
    }

    /// <summary>A divisor, or 0 where it is as good as zero.</summary>
    /// <exception cref="ReverieException">It is not finite.</exception>
    public static double Checked(double divisor)
    {
        if (!double.IsFinite(divisor)) throw new ReverieException("the gradient is not finite; the step size may be too large for this network, or the layer divides by zero");
        return divisor > Epsilon ? divisor : 0;
    }
}
