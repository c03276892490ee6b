using Reverie.Imaging;

namespace Reverie.Video.Coherence;

/// <summary>
/// Tells cuts: a frame that shows something else than the one before. The change of content is PySceneDetect's (the mean change of hue, saturation and value, each on 8 bits; more than
/// 27 is a cut); since a fast pan changes as much, flow has a say: what it still finds again is the same scene.
/// </summary>
internal static class CutDetector
{
    private const double LeastChange = 27;
    private const double FoundAgain = 0.8;
    private const double Lost = 0.4;
    // of dark or empty scenes that look alike; noise stays below
    private const double LeastChangeWhereLost = 8;

    /// <summary>Whether there is a cut between two frames.</summary>
    /// <param name="change">As <see cref="Change"/> gives it.</param>
    /// <param name="validShare">The share of the later frame's pixels whose flow to the earlier one holds.</param>
    public static bool IsCut(double change, double validShare) => change > LeastChange && validShare < FoundAgain || change > LeastChangeWhereLost && validShare < Lost;

    /// <summary>The mean change of hue (0 to 180, round its circle), saturation and value (0 to 255) from one frame to the next.</summary>
    public static double Change(Picture earlier, Picture later)
    {
        var plane = earlier.Height * earlier.Width;
        var (a, b, sum) = (earlier.Rgb, later.Rgb, 0.0);
        for (var index = 0; index < plane; index++)
        {
            var (h1, s1, v1) = Hsv(a[index], a[plane + index], a[2 * plane + index]);
            var (h2, s2, v2) = Hsv(b[index], b[plane + index], b[2 * plane + index]);
            var hue = Math.Abs(h1 - h2);
            sum += Math.Min(hue, 180 - hue) + Math.Abs(s1 - s2) + Math.Abs(v1 - v2);
        }
        return sum / plane / 3;
    }

    private static (float H, float S, float V) Hsv(float r, float g, float b)
    {
        var (max, min) = (Math.Max(r, Math.Max(g, b)), Math.Min(r, Math.Min(g, b)));
        var range = max - min;
        // grey has no hue, and black no saturation
        if (range < 1e-6f) return (0, 0, 255 * max);
        var hue = max == r ? (g - b) / range : max == g ? 2 + (b - r) / range : 4 + (r - g) / range;
        return (30 * (hue < 0 ? hue + 6 : hue), 255 * range / max, 255 * max);
    }
}
