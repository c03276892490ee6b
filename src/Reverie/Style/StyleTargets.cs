namespace Reverie.Style;

/// <summary>What a picture's layers are compared with.</summary>
internal sealed class StyleTargets
{
    /// <summary>Activations of layers, with their shapes.</summary>
    public Dictionary<string, (float[] Values, long[] Shape)> Activations { get; } = new(StringComparer.Ordinal);

    /// <summary>Moments of layers.</summary>
    public Dictionary<string, LayerMoments> Moments { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// The second moments [R,N,N] and means [R,N] of a layer's channels. They may be averaged over pictures; covariances and deviations follow from the averages.
/// </summary>
internal sealed record LayerMoments(int Regions, float[] Second, float[] Mean)
{
    /// <summary>N.</summary>
    public int Channels => Mean.Length / Regions;

    /// <summary>The weighted average of several pictures' moments.</summary>
    public static LayerMoments Average(IReadOnlyList<LayerMoments> moments, IReadOnlyList<double> shares)
    {
        if (moments.Count == 1) return moments[0];
        var (second, mean) = (new float[moments[0].Second.Length], new float[moments[0].Mean.Length]);
        for (var index = 0; index < moments.Count; index++)
        {
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(moments[index].Second, (float)shares[index], second, second);
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(moments[index].Mean, (float)shares[index], mean, mean);
        }
        return new(moments[0].Regions, second, mean);
    }

    /// <summary>One region's moments.</summary>
    public LayerMoments Region(int region) => new(1, Second.AsSpan(region * Channels * Channels, Channels * Channels).ToArray(), Mean.AsSpan(region * Channels, Channels).ToArray());

    /// <summary>The moments whose region r is the r-th of several of one region each.</summary>
    public static LayerMoments Choose(IReadOnlyList<LayerMoments> each)
    {
        int regions = each.Count, channels = each[0].Channels;
        var (second, mean) = (new float[regions * channels * channels], new float[regions * channels]);
        for (var region = 0; region < regions; region++)
        {
            each[region].Second.CopyTo(second, region * channels * channels);
            each[region].Mean.CopyTo(mean, region * channels);
        }
        return new(regions, second, mean);
    }

    /// <summary>The standard deviations [R,N], none smaller than what counts as constant.</summary>
    public float[] Deviation()
    {
        var deviation = new float[Mean.Length];
        for (var index = 0; index < deviation.Length; index++)
        {
            var (region, channel) = (index / Channels, index % Channels);
            var second = Second[(region * Channels + channel) * Channels + channel];
            deviation[index] = (float)Math.Sqrt(Math.Max((double)second - (double)Mean[index] * Mean[index], TermWriter.SmallestVariance));
        }
        return deviation;
    }

    /// <summary>The covariances [R,N,N].</summary>
    public float[] Covariance()
    {
        var covariance = (float[])Second.Clone();
        for (var region = 0; region < Regions; region++)
            for (var row = 0; row < Channels; row++)
                for (var column = 0; column < Channels; column++)
                    covariance[(region * Channels + row) * Channels + column] -= Mean[region * Channels + row] * Mean[region * Channels + column];
        return covariance;
    }
}
