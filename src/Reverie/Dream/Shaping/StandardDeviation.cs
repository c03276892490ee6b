namespace Reverie.Dream.Shaping;

/// <summary>Divides by the standard deviation, as TensorFlow's tutorial: a step of 1 changes the picture by 1 in the root mean square. A little softer than the mean magnitude.</summary>
internal sealed class StandardDeviation : IGradientNormaliser
{
    /// <inheritdoc/>
    public double Divisor(float[] gradient, float[]? weights = null)
    {
        if (weights is null) return Reduction.StandardDeviation(gradient);
        PixelWeights.Multiply(gradient, weights);
        return Reduction.StandardDeviation(gradient) / Reduction.RootMeanSquare(weights);
    }
}
