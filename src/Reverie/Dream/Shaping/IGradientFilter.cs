namespace Reverie.Dream.Shaping;

/// <summary>One step of the way from a gradient to a change of the picture: it changes the gradient in place.</summary>
internal interface IGradientFilter
{
    /// <summary>Shapes a gradient.</summary>
    /// <param name="gradient">[3,H,W]; changed.</param>
    /// <param name="picture">The picture that it is the gradient at, [3,H,W].</param>
    /// <param name="size">H and W.</param>
    void Apply(float[] gradient, float[] picture, OctaveSize size);
}
