using System.Numerics.Tensors;
using Reverie.Dream.Gradients;
using Reverie.Dream.Shaping;

namespace Reverie.Dream;

/// <summary>Gradient ascent on a picture of one size: jitter, gradient, shaping, step.</summary>
internal sealed class Ascent(IGradientSource source, GradientShaping shaping, OctaveSize size)
{
    private readonly float[] _gradient = new float[3 * size.Pixels];

    /// <summary>Takes one step on the picture [3,H,W]; null if it was cancelled before the picture was touched.</summary>
    /// <param name="x">The picture; changed, and kept within 0 to 1.</param>
    /// <param name="shift">The roll under which the network sees it.</param>
    /// <param name="stepSize">How far the step goes, in units of full intensity.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">The gradient is not finite.</exception>
    public AscentStep? TryTake(float[] x, Shift shift, double stepSize, CancellationToken cancellation)
    {
        double value;
        try
        {
            value = source.Gradient(x, size, shift, _gradient, cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        var divisor = shaping.Apply(_gradient, x, size);
        TensorPrimitives.MultiplyAdd(_gradient, (float)(stepSize / Math.Max(divisor, GradientShaping.Epsilon)), x, x);
        TensorPrimitives.Clamp(x, 0f, 1f, x);
        return new(value, IsDead: divisor == 0);
    }
}

/// <summary>What a step was like.</summary>
/// <param name="Value">The objective before it.</param>
/// <param name="IsDead">Whether the gradient was zero everywhere, so that nothing changed.</param>
internal readonly record struct AscentStep(double Value, bool IsDead);
