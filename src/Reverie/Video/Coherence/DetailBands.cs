using System.Numerics.Tensors;
using Reverie.Dream.Shaping;
using Reverie.Imaging;

namespace Reverie.Video.Coherence;

/// <summary>
/// The loop gain of a video's dream. What is carried from frame to frame would grow, or fade, and drift in colour; so each band of the detail is brought back to the strength that it had
/// in the key frame, and the mean colour of the residue to the key frame's.
/// </summary>
/// <param name="Strengths">The root mean square of each band, from fine to coarse.</param>
/// <param name="Colour">The mean of the detail in red, green and blue.</param>
internal sealed record DetailBands(IReadOnlyList<double> Strengths, IReadOnlyList<double> Colour)
{
    private const int Levels = 5;

    // What a single frame may be changed by; more would flicker. Where much was hidden, what is left must not be blown up to make up for it: that is what steps are for.
    private const double MostLoss = 1.25, MostGain = 1.03;

    /// <summary>Measures a detail [3,H,W].</summary>
    public static DetailBands Of(float[] detail, int height, int width)
    {
        var plane = height * width;
        return new([.. LaplacianPyramid.Split(detail, 3, height, width, Levels).Select(band => Reduction.RootMeanSquare(band.Planes))], [.. Enumerable.Range(0, 3).Select(channel => Reduction.Mean(detail.AsSpan(channel * plane, plane)))]);
    }

    /// <summary>The detail with its bands and its mean colour brought back to these; the carried part of it shrinks or grows.</summary>
    /// <param name="detail">[3,H,W].</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="level">The strength wanted, against these.</param>
    public float[] Hold(float[] detail, int height, int width, double level = 1)
    {
        var bands = LaplacianPyramid.Split(detail, 3, height, width, Levels);
        for (var index = 0; index < bands.Count && index < Strengths.Count; index++)
        {
            var now = Reduction.RootMeanSquare(bands[index].Planes);
            var factor = now > 1e-6 ? (float)Math.Clamp(level * Strengths[index] / now, 1 / MostLoss, MostGain) : 1;
            TensorPrimitives.Multiply(bands[index].Planes, factor, bands[index].Planes);
        }
        var held = LaplacianPyramid.Merge(bands, 3);
        var plane = height * width;
        for (var channel = 0; channel < 3; channel++)
        {
            var values = held.AsSpan(channel * plane, plane);
            TensorPrimitives.Add(values, (float)(level * Colour[channel] - Reduction.Mean(values)), values);
        }
        return held;
    }
}
