namespace Reverie.Explain;

/// <summary>How much of a map's magnitude lies in few places: the Gini coefficient (Hurley and Rickard 2009; Chalasani et al. 2020 for attributions).</summary>
public static class Sparseness
{
    /// <summary>From 0 (the same everywhere) to nearly 1 (all in one place); 0 for a map of zeros.</summary>
    public static double Of(double[] map)
    {
        var sorted = Array.ConvertAll(map, Math.Abs);
        Array.Sort(sorted);
        var (total, weighted) = (0.0, 0.0);
        for (var index = 0; index < sorted.Length; index++)
        {
            total += sorted[index];
            weighted += sorted[index] * (sorted.Length - index - 0.5);
        }
        return total == 0 ? 0 : 1 - 2 * weighted / (total * sorted.Length);
    }
}
