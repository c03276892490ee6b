using System.Numerics.Tensors;
using Reverie.Dream.Gradients;
using Reverie.Dream.Shaping;

namespace Reverie.Dream;

/// <summary>What some of the pixels follow, at one octave.</summary>
/// <param name="Source">Gives the gradient before each of the octave's steps, by the step's number in the round, from 0.</param>
/// <param name="Shaping">Makes steps of gradients; its state is the octave's.</param>
/// <param name="Weights">How far each pixel [H,W] follows; null for all in full.</param>
internal sealed record DreamPart(Func<int, IGradientSource> Source, GradientShaping Shaping, float[]? Weights);

/// <summary>Gradient ascent on a picture of one size: jitter, gradient, shaping, step.</summary>
internal sealed class Ascent(IReadOnlyList<DreamPart> parts, OctaveSize size)
{
    private readonly float[] _gradient = new float[3 * size.Pixels];
    private readonly float[] _change = parts.Count > 1 ? new float[3 * size.Pixels] : [];

    /// <summary>Takes one step on the picture [3,H,W]; null if it was cancelled before the picture was touched.</summary>
    /// <param name="x">The picture; changed, and kept within 0 to 1.</param>
    /// <param name="number">The step's number in the round, from 0.</param>
    /// <param name="shift">The roll under which the network sees it.</param>
    /// <param name="stepSize">How far the step goes, in units of full intensity.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">The gradient is not finite.</exception>
    public AscentStep? TryTake(float[] x, int number, Shift shift, double stepSize, CancellationToken cancellation)
    {
        var (value, dead) = (0.0, true);
        Array.Clear(_change);
        foreach (var part in parts)
        {
            try
            {
                value += part.Source(number).Gradient(x, size, shift, _gradient, cancellation);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            var divisor = part.Shaping.Apply(_gradient, x, size, part.Weights);
            dead &= divisor == 0;
            var factor = (float)(stepSize / Math.Max(divisor, GradientShaping.Epsilon));
            // all parts look at the same picture: it moves when the last of them has spoken
            if (parts.Count > 1) TensorPrimitives.MultiplyAdd(_gradient, factor, _change, _change);
            else TensorPrimitives.MultiplyAdd(_gradient, factor, x, x);
        }
        if (parts.Count > 1) TensorPrimitives.Add(x, _change, x);
        TensorPrimitives.Clamp(x, 0f, 1f, x);
        return new(value, dead);
    }
}

/// <summary>What a step was like.</summary>
/// <param name="Value">The objective before it.</param>
/// <param name="IsDead">Whether the gradient was zero everywhere, so that nothing changed.</param>
internal readonly record struct AscentStep(double Value, bool IsDead);
