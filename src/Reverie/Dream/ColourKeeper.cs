using Reverie.Dream.Shaping;

namespace Reverie.Dream;

/// <summary>Gives a dream the colours of the picture it began with, as <see cref="ColourLock"/> says.</summary>
internal static class ColourKeeper
{
    /// <summary>Changes the dream x [3,H,W] and keeps it within 0 to 1.</summary>
    public static void Apply(ColourLock what, float[] x, float[] original)
    {
        if (what == ColourLock.Moments) KeepMoments(x, original);
        if (what == ColourLock.Chroma) KeepChroma(x, original);
    }

    private static void KeepMoments(float[] x, float[] original)
    {
        var plane = x.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var now = x.AsSpan(channel * plane, plane);
            var before = original.AsSpan(channel * plane, plane);
            var (mean, wanted) = (Reduction.Mean(now), Reduction.Mean(before));
            var deviation = Reduction.StandardDeviation(now);
            var scale = deviation > 1e-6 ? Reduction.StandardDeviation(before) / deviation : 1;
            for (var index = 0; index < plane; index++) now[index] = Math.Clamp((float)((now[index] - mean) * scale + wanted), 0, 1);
        }
    }

    // Y = 0.299 R + 0.587 G + 0.114 B; Cb and Cr are B - Y and R - Y, scaled: adding the same to all three planes changes Y alone.
    private static void KeepChroma(float[] x, float[] original)
    {
        var plane = x.Length / 3;
        for (var index = 0; index < plane; index++)
        {
            var change = Luma(x, index) - Luma(original, index);
            for (var channel = 0; channel < 3; channel++) x[channel * plane + index] = Math.Clamp(original[channel * plane + index] + change, 0, 1);
        }

        float Luma(float[] rgb, int index) => 0.299f * rgb[index] + 0.587f * rgb[plane + index] + 0.114f * rgb[2 * plane + index];
    }
}
