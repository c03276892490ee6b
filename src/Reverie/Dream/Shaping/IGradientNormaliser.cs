namespace Reverie.Dream.Shaping;

/// <summary>The last step of the way from a gradient to a change of the picture: it makes gradients of any size into changes of one size.</summary>
internal interface IGradientNormaliser
{
    /// <summary>
    /// What the gradient [3,H,W] is still to be divided by, so that a step size means the same for every network and layer; the gradient may be
    /// changed too. Numbers up to <see cref="GradientShaping.Epsilon"/> say that it is zero everywhere.
    /// </summary>
    /// <param name="gradient">[3,H,W]; changed: multiplied by the weights.</param>
    /// <param name="weights">How far each pixel [H,W] follows the gradient, so that a part of the picture moves as far as all of it would; null for all in full.</param>
    double Divisor(float[] gradient, float[]? weights = null);
}
