namespace Reverie.Dream.Visualisation;

/// <summary>The colours of the pixels, through a sigmoid: what is sought first is fine grain.</summary>
internal sealed class PixelParameterisation(int height, int width) : IParameterisation
{
    /// <inheritdoc/>
    public float[] Start(CounterRandom random)
    {
        var parameters = new float[3 * height * width];
        random.FillNormal(parameters, 0, 0.1f);
        return parameters;
    }

    /// <inheritdoc/>
    public void Draw(float[] parameters, Span<float> picture)
    {
        parameters.CopyTo(picture);
        DecorrelatedColour.Apply(picture);
    }

    /// <inheritdoc/>
    public void PullBack(float[] parameters, ReadOnlySpan<float> picture, Span<float> gradient, float[] result)
    {
        DecorrelatedColour.PullBack(picture, gradient);
        gradient.CopyTo(result);
    }
}
