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

    /// <summary>The regions that the settings and the pictures ask for; null for none.</summary>
    /// <exception cref="ReverieException">Masks and pictures do not fit each other, or no regions are found.</exception>
    public static StyleRegions? Of(StyleTransfer settings, StyleInputs inputs, Models.Network network, Runtime.RuntimeOptions? options) =>
        inputs.ContentMask is not null ? RegionMasks.Read(inputs)
        : settings.Regions > 0 ? RegionFinder.Find(network, inputs.Content, inputs.Styles, settings.Regions, settings.Seed, options)
        : null;

    /// <summary>The regions in colours, one each.</summary>
    public Imaging.Picture Map(int height, int width)
    {
        var map = new Imaging.Picture(height, width);
        for (var region = 0; region < Count; region++)
        {
            // evenly spaced hues
            for (var channel = 0; channel < 3; channel++)
            {
                var level = (float)(0.5 + 0.45 * Math.Cos(2 * Math.PI * (region / (double)Count - channel / 3.0)));
                TensorPrimitives.MultiplyAdd(Content[region], level, map.Plane(channel), map.Plane(channel));
            }
        }
        return map;
    }

    /// <summary>The same regions for a content picture of another size.</summary>
    public StyleRegions At(int height, int width, int newHeight, int newWidth) => this with
    {
        Content = [.. Content.Select(mask => Imaging.Resampling.Resize(mask, 1, height, width, newHeight, newWidth, Imaging.ResampleKernel.Triangle))],
    };

    /// <summary>The regions' weights [R, rows columns] at the places of a layer, each region's adding up to 1.</summary>
    /// <param name="masks">The regions' weights of the picture's pixels.</param>
    /// <param name="height">The picture's rows.</param>
    /// <param name="width">The picture's columns.</param>
    /// <param name="rows">The layer's rows.</param>
    /// <param name="columns">The layer's columns.</param>
    public static float[] Weights(IReadOnlyList<float[]> masks, int height, int width, int rows, int columns)
    {
        var weights = new float[masks.Count * rows * columns];
        for (var region = 0; region < masks.Count; region++)
        {
            var place = weights.AsSpan(region * rows * columns, rows * columns);
            Imaging.Resampling.Resize(masks[region], 1, height, width, place, rows, columns, Imaging.ResampleKernel.Triangle);
            Normalize(place);
        }
        return weights;
    }

    /// <summary>Makes weights add up to 1; a region that has vanished at a small size has no weight anywhere.</summary>
    internal static void Normalize(Span<float> weights)
    {
        TensorPrimitives.Max(weights, 0f, weights);
        var sum = 0.0;
        foreach (var weight in weights) sum += weight;
        if (sum > 0) TensorPrimitives.Multiply(weights, (float)(1 / sum), weights);
    }
}
