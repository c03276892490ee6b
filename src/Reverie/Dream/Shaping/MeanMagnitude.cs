namespace Reverie.Dream.Shaping;

/// <summary>Divides by the mean magnitude, as the notebook of 2015: a step of 1 changes the average pixel by 1. Over the whole picture, never by tiles.</summary>
internal sealed class MeanMagnitude : IGradientNormaliser
{
    /// <inheritdoc/>
    public double Divisor(float[] gradient, float[]? weights = null)
    {
        if (weights is null) return Reduction.MeanMagnitude(gradient);
        PixelWeights.Multiply(gradient, weights);
        return Reduction.MeanMagnitude(gradient) / Reduction.MeanMagnitude(weights);
    }
}
