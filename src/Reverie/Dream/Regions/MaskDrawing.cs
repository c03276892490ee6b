using Reverie.Imaging;

namespace Reverie.Dream.Regions;

/// <summary>Draws a <see cref="RegionMask"/>: for every pixel how far it belongs to the region, 0 to 1.</summary>
internal static class MaskDrawing
{
    // What is this near to nothing or to all is nothing or all: the blurred edge ends somewhere.
    private const float Nothing = 1f / 512;

    // Masks of another shape than the picture would be stretched.
    private const double ShapeTolerance = 0.03;

    /// <summary>The weights [H,W].</summary>
    /// <exception cref="ReverieException">The mask's picture has another shape than the picture.</exception>
    public static float[] Draw(RegionMask mask, IReadOnlyList<Picture> pictures, int height, int width)
    {
        var weights = mask.Shape == RegionShape.Picture ? Painted(pictures[mask.Picture!.Value], height, width) : Drawn(mask, height, width);
        var sigma = mask.Feather * Math.Max(height, width);
        if (sigma > 0.1)
        {
            var soft = new float[weights.Length];
            GaussianBlur.Apply(weights, 1, height, width, sigma, soft);
            weights = soft;
        }
        for (var index = 0; index < weights.Length; index++)
        {
            var weight = mask.Inverted ? 1 - weights[index] : weights[index];
            weights[index] = weight < Nothing ? 0 : weight > 1 - Nothing ? 1 : weight;
        }
        return weights;
    }

    private static float[] Painted(Picture mask, int height, int width)
    {
        var (own, other) = ((double)mask.Width / mask.Height, (double)width / height);
        if (Math.Abs(own / other - 1) > ShapeTolerance)
            throw new ReverieException($"a mask is {mask.Width} x {mask.Height} but the picture {width} x {height}: they must have the same shape");
        var plane = mask.Height * mask.Width;
        var grey = new float[plane];
        for (var index = 0; index < plane; index++)
            grey[index] = (0.299f * mask.Rgb[index] + 0.587f * mask.Rgb[plane + index] + 0.114f * mask.Rgb[2 * plane + index]) * (mask.Alpha?[index] ?? 1);
        var weights = (mask.Height, mask.Width) == (height, width) ? grey : Resampling.Resize(grey, 1, mask.Height, mask.Width, height, width, ResampleKernel.Triangle);
        for (var index = 0; index < weights.Length; index++) weights[index] = Math.Clamp(weights[index], 0, 1);
        return weights;
    }

    // A pixel belongs to a shape by how much of it lies within, along the way to the edge.
    private static float[] Drawn(RegionMask mask, int height, int width)
    {
        var weights = new float[height * width];
        var (extent, centre) = (mask.Extent, mask.Centre ?? default);
        var radius = extent * Math.Min(height, width);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var inside = mask.Shape switch
                {
                    RegionShape.Circle => radius - Math.Sqrt(Math.Pow(x + 0.5 - centre.X * width, 2) + Math.Pow(y + 0.5 - centre.Y * height, 2)),
                    RegionShape.Top => extent * height - (y + 0.5),
                    RegionShape.Bottom => y + 0.5 - (1 - extent) * height,
                    RegionShape.Left => extent * width - (x + 0.5),
                    _ => x + 0.5 - (1 - extent) * width,
                };
                weights[y * width + x] = (float)Math.Clamp(inside + 0.5, 0, 1);
            }
        return weights;
    }
}
