using Reverie.Runtime;

namespace Reverie.Style.Tiles;

/// <summary>Moments of layers summed up over tiles, in double precision.</summary>
internal sealed class MomentSums
{
    private readonly Dictionary<string, (double[] Second, double[] Mean)> _sums = new(StringComparer.Ordinal);
    private int _regions;

    /// <summary>Adds what a tile contributes to a layer.</summary>
    public void Add(string layer, RunResults results)
    {
        var (second, mean) = (results[TargetGraph.Second(layer)], results[TargetGraph.Mean(layer)]);
        _regions = (int)second.Shape[0];
        if (!_sums.TryGetValue(layer, out var sums)) _sums[layer] = sums = (new double[second.Count], new double[mean.Count]);
        Add(second.Span<float>(), sums.Second);
        Add(mean.Span<float>(), sums.Mean);
    }

    /// <summary>A layer's moments.</summary>
    public LayerMoments Of(string layer) => new(_regions, Array.ConvertAll(_sums[layer].Second, value => (float)value), Array.ConvertAll(_sums[layer].Mean, value => (float)value));

    private static void Add(ReadOnlySpan<float> values, double[] sums)
    {
        for (var index = 0; index < sums.Length; index++) sums[index] += values[index];
    }
}
