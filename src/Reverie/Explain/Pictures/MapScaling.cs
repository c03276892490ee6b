using System.Globalization;

namespace Reverie.Explain;

/// <summary>
/// What number of a map has the strongest colour. Maps are to be compared side by side only with a fixed number; scaled each by itself, a map of nothing looks as strong as any.
/// </summary>
/// <param name="Percentile">The percentile of the magnitudes; 100 is the largest. Null where <paramref name="Fixed"/> counts.</param>
/// <param name="Fixed">The number itself; null where <paramref name="Percentile"/> counts. Null for both: 1, numbers as they are.</param>
public sealed record MapScaling(double? Percentile, double? Fixed)
{
    /// <summary>Numbers as they are: 1 is strongest.</summary>
    public static MapScaling None { get; } = new(null, null);

    /// <summary>The largest magnitude is strongest.</summary>
    public static MapScaling Max { get; } = new(100, null);

    /// <summary>Reads <c>none</c>, <c>max</c>, a percentile such as <c>99%</c>, or a number.</summary>
    /// <exception cref="ReverieException">The text is none of these.</exception>
    public static MapScaling Parse(string text)
    {
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase)) return None;
        if (text.Equals("max", StringComparison.OrdinalIgnoreCase)) return Max;
        var isPercentile = text.EndsWith('%');
        if (double.TryParse(isPercentile ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0 && double.IsFinite(value) && !(isPercentile && value > 100))
            return isPercentile ? new(value, null) : new(null, value);
        throw new ReverieException($"'{text}' is no scaling of a map: give none, max, a percentile such as 99%, or the number that is to have the strongest colour");
    }

    /// <summary>The number that has the strongest colour in a map; never 0.</summary>
    public double Strongest(double[] map)
    {
        if (Percentile is not { } percentile) return Fixed ?? 1;
        var sorted = Array.ConvertAll(map, Math.Abs);
        Array.Sort(sorted);
        var place = percentile / 100 * (sorted.Length - 1);
        var below = (int)place;
        var value = below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[^1];
        // a sparse map may be zero at its percentile, and a map of nothing is zero everywhere
        if (value == 0) value = sorted[^1];
        return value == 0 ? 1 : value;
    }
}
