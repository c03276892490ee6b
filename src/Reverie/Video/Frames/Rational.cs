using System.Globalization;

namespace Reverie.Video.Frames;

/// <summary>A fraction, as time bases and frame rates are given: 30000/1001 is no decimal number.</summary>
/// <param name="Numerator">Above the line.</param>
/// <param name="Denominator">Below it; more than 0.</param>
public readonly record struct Rational(long Numerator, long Denominator)
{
    /// <summary>The value.</summary>
    public double Value => (double)Numerator / Denominator;

    /// <summary>Reads "30000/1001", "25" or "23.976".</summary>
    /// <returns>Null where the text is no positive number.</returns>
    public static Rational? Parse(string? text)
    {
        if (text is null) return null;
        var parts = text.Split('/', ':');
        if (parts.Length == 2 && Whole(parts[0]) is > 0 and var above && Whole(parts[1]) is > 0 and var below) return new(above, below);
        if (parts.Length != 1 || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number is <= 0 or > 1_000_000) return null;
        // rates that are written short mean the fractions of television: 23.976 is 24000/1001
        foreach (var whole in (long[])[24, 30, 48, 60, 120])
            if (Math.Abs(number - whole * 1000m / 1001) < 0.0051m && number != whole) return new(whole * 1000, 1001);
        var scaled = (long)Math.Round(number * 1000);
        return scaled == 0 ? null : new(scaled / Greatest(scaled, 1000), 1000 / Greatest(scaled, 1000));
    }

    /// <summary>How many ticks of one time base are nearest to some of another, exactly.</summary>
    public static long Rescale(long ticks, Rational from, Rational to)
    {
        var (above, below) = ((Int128)ticks * from.Numerator * to.Denominator, (Int128)from.Denominator * to.Numerator);
        return (long)((above >= 0 ? above + below / 2 : above - below / 2) / below);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private static long? Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static long Greatest(long a, long b) => b == 0 ? a : Greatest(b, a % b);
}
