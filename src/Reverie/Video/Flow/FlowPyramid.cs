namespace Reverie.Video.Flow;

/// <summary>
/// A picture's brightness at sizes that halve from one to the next: a pixel of a level is the mean of four of the finer one, so that (x, y) there lies at (2x + 1/2, 2y + 1/2) here.
/// </summary>
internal sealed class FlowPyramid
{
    // coarser, a patch would be the whole picture
    private const int SmallestSide = 16;

    private FlowPyramid(List<FlowPlane> levels) => Levels = levels;

    /// <summary>From the full size down.</summary>
    public IReadOnlyList<FlowPlane> Levels { get; }

    /// <summary>Of the luma of a picture.</summary>
    /// <param name="rgb">[3,H,W], 0 to 1.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="stripes">Divides the work.</param>
    public static FlowPyramid Of(ReadOnlyMemory<float> rgb, int height, int width, Stripes stripes)
    {
        var full = new FlowPlane(height, width);
        var plane = height * width;
        stripes.ForEachRow(height, y =>
        {
            var source = rgb.Span;
            var target = full.Line(y);
            var r = source.Slice(y * width, width);
            var g = source.Slice(plane + y * width, width);
            var b = source.Slice(2 * plane + y * width, width);
            // BT.601 luma, on 0 to 255: the scale that the thresholds of the literature are in
            for (var x = 0; x < width; x++) target[x] = 255 * (0.299f * r[x] + 0.587f * g[x] + 0.114f * b[x]);
        });
        full.Replicate();
        var levels = new List<FlowPlane> { full };
        while (Math.Min(levels[^1].Height, levels[^1].Width) >= 2 * SmallestSide) levels.Add(Halved(levels[^1], stripes));
        return new(levels);
    }

    private static FlowPlane Halved(FlowPlane fine, Stripes stripes)
    {
        var half = new FlowPlane((fine.Height + 1) / 2, (fine.Width + 1) / 2);
        stripes.ForEachRow(half.Height, y =>
        {
            // an odd last row or column meets its copy in the margin
            var target = half.Line(y);
            var upper = fine.Values.AsSpan(fine.Row(2 * y), 2 * half.Width);
            var lower = fine.Values.AsSpan(fine.Row(2 * y + 1), 2 * half.Width);
            for (var x = 0; x < target.Length; x++) target[x] = 0.25f * (upper[2 * x] + upper[2 * x + 1] + (lower[2 * x] + lower[2 * x + 1]));
        });
        half.Replicate();
        return half;
    }
}
