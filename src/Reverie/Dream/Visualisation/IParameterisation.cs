namespace Reverie.Dream.Visualisation;

/// <summary>What a picture is made of while it is sought: gradient ascent in other coordinates finds other pictures. Not for several threads at once.</summary>
internal interface IParameterisation
{
    /// <summary>Parameters to begin with.</summary>
    float[] Start(CounterRandom random);

    /// <summary>Draws the picture [3,H,W], 0 to 1, of parameters.</summary>
    void Draw(float[] parameters, Span<float> picture);

    /// <summary>The gradient with respect to the parameters; the transpose of <see cref="Draw"/>'s derivative.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="picture">What <see cref="Draw"/> made of them.</param>
    /// <param name="gradient">With respect to the picture; may be overwritten.</param>
    /// <param name="result">Receives the gradient with respect to the parameters.</param>
    void PullBack(float[] parameters, ReadOnlySpan<float> picture, Span<float> gradient, float[] result);
}
