using Reverie.Dream.Shaping;
using Reverie.Imaging;

namespace Reverie.Dream.Regions;

/// <summary>
/// Pictures with clear parts: the network sees them on a ground of their own mean colour, so that it neither dreams of what hides under clear pixels nor of the edge to them,
/// and what it dreamt is given back to the colours.
/// </summary>
internal static class Matte
{
    /// <summary>The picture on its ground, opaque.</summary>
    public static Picture Under(Picture photo)
    {
        if (photo.Alpha is not { } alpha) return photo;
        var sum = Reduction.Mean(alpha);
        var ground = new float[3];
        for (var channel = 0; channel < 3; channel++)
        {
            var weighted = photo.Plane(channel).ToArray();
            for (var index = 0; index < weighted.Length; index++) weighted[index] *= alpha[index];
            ground[channel] = sum > 0 ? (float)Math.Clamp(Reduction.Mean(weighted) / sum, 0, 1) : 0.5f;
        }
        return photo.Flatten(ground[0], ground[1], ground[2]);
    }

    /// <summary>The photo with what was dreamt on its ground. Clear pixels are the photo's, to the bit.</summary>
    public static Picture Lift(Picture photo, Picture ground, Picture dream)
    {
        if (photo.Alpha is not { } alpha) return dream;
        var rgb = new float[photo.Rgb.Length];
        for (var index = 0; index < rgb.Length; index++)
            rgb[index] = alpha[index % alpha.Length] switch
            {
                >= 1 => dream.Rgb[index],
                <= 0 => photo.Rgb[index],
                _ => Math.Clamp(photo.Rgb[index] + dream.Rgb[index] - ground.Rgb[index], 0, 1),
            };
        return new(photo.Height, photo.Width, rgb, alpha);
    }
}
