namespace Reverie.Dream.Shaping;

/// <summary>The last step of the way from a gradient to a change of the picture: it makes gradients of any size into changes of one size.</summary>
internal interface IGradientNormaliser
{
    /// <summary>
    /// What the gradient [3,H,W] is still to be divided by, so that a step size means the same for every network and layer; the gradient may be
    /// changed too. Numbers up to <see cref="GradientShaping.Epsilon"/> say that it is zero everywhere.
    /// </summary>
    double Divisor(float[] gradient);
}
