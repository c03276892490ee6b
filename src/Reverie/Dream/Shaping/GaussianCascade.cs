using System.Numerics.Tensors;
using Reverie.Imaging;

namespace Reverie.Dream.Shaping;

/// <summary>
/// The mean of the gradient under three Gaussians, of half, once and twice a width that grows from 0.5 + 2/n to 2.5 pixels over the n steps of an octave
/// (gordicaleksa/pytorch-deepdream): fine grain is held back, the more the later. Deviation: kernels are not cut off at 9 x 9 pixels.
/// </summary>
internal sealed class GaussianCascade(int steps) : IGradientFilter
{
    private int _step;

    /// <inheritdoc/>
    public void Apply(float[] gradient, float[] picture, OctaveSize size)
    {
        var sigma = 2.0 * Math.Min(++_step, steps) / steps + 0.5;
        var (sum, blurred) = (new float[gradient.Length], new float[gradient.Length]);
        foreach (var factor in new[] { 0.5, 1, 2 })
        {
            GaussianBlur.Apply(gradient, 3, size.Height, size.Width, sigma * factor, blurred);
            TensorPrimitives.Add(sum, blurred, sum);
        }
        TensorPrimitives.Divide(sum, 3f, gradient);
    }
}
