using System.Numerics.Tensors;

namespace Reverie.Dream.Shaping;

/// <summary>Weights of pixels [H,W] applied to planes [3,H,W].</summary>
internal static class PixelWeights
{
    /// <summary>Multiplies every plane by the weights.</summary>
    public static void Multiply(float[] planes, float[] weights)
    {
        for (var start = 0; start < planes.Length; start += weights.Length)
        {
            var plane = planes.AsSpan(start, weights.Length);
            TensorPrimitives.Multiply(plane, weights, plane);
        }
    }
}
