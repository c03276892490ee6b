using System.Numerics.Tensors;
using Reverie.Imaging;

namespace Reverie.Video.Coherence;

/// <summary>What a method has added to a frame: planes [3,H,W] of differences from the source.</summary>
internal static class FrameDetail
{
    /// <summary>A result less its source.</summary>
    public static float[] Of(Picture result, Picture source)
    {
        var detail = new float[result.Rgb.Length];
        TensorPrimitives.Subtract(result.Rgb, source.Rgb, detail);
        return detail;
    }

    /// <summary>A source with detail added, held between 0 and 1.</summary>
    public static Picture On(Picture source, float[] detail)
    {
        var rgb = new float[detail.Length];
        TensorPrimitives.Add(source.Rgb, detail, rgb);
        TensorPrimitives.Clamp(rgb, 0f, 1f, rgb);
        return new(source.Height, source.Width, rgb);
    }

    /// <summary>Half of a source and half of the last result, where that was: what <see cref="VideoBaseline.Blend"/> begins with.</summary>
    public static Picture Blended(Picture source, Picture last)
    {
        var rgb = new float[source.Rgb.Length];
        TensorPrimitives.Lerp(source.Rgb, last.Rgb, 0.5f, rgb);
        return new(source.Height, source.Width, rgb);
    }
}
