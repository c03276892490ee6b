using System.Numerics.Tensors;

namespace Reverie.Style;

/// <summary>The regions of a content picture, and for each the style, or the part of one, in whose manner it is painted.</summary>
internal sealed record StyleRegions
{
    /// <summary>Each region's weights [H,W] of the content picture, between 0 and 1.</summary>
    public required IReadOnlyList<float[]> Content { get; init; }

    /// <summary>Each region's style.</summary>
    public required IReadOnlyList<int> StyleOf { get; init; }

    /// <summary>Each style's weights of the regions [H,W] of the style picture; only those of its own regions count.</summary>
    public required IReadOnlyList<IReadOnlyList<float[]>> Styles { get; init; }

    /// <summary>The number of regions.</summary>
    public int Count => Content.Count;

    /// <summary>The regions' shares of the content picture, which add up to 1.</summary>
    public float[] Shares()
    {
        var sums = Content.Select(mask => mask.Sum(value => (double)value)).ToList();
        return [.. sums.Select(sum => (float)(sum / sums.Sum()))];
    }

    /// <summary>The same regions for a content picture of another size.</summary>
    public StyleRegions At(int height, int width, int newHeight, int newWidth) => this with
    {
        Content = [.. Content.Select(mask => Imaging.Resampling.Resize(mask, 1, height, width, newHeight, newWidth, Imaging.ResampleKernel.Triangle))],
    };

    /// <summary>Makes weights add up to 1; a region that has vanished at a small size has no weight anywhere.</summary>
    public static void Normalize(Span<float> weights)
    {
        TensorPrimitives.Max(weights, 0f, weights);
        var sum = 0.0;
        foreach (var weight in weights) sum += weight;
        if (sum > 0) TensorPrimitives.Multiply(weights, (float)(1 / sum), weights);
    }
}
