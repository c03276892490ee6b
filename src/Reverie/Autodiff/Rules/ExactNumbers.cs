using System.Globalization;

namespace Reverie.Autodiff.Rules;

/// <summary>ONNX keeps float attributes in 32 bits; this finds the number that was meant.</summary>
internal static class ExactNumbers
{
    /// <summary>
    /// The shortest decimal that rounds to <paramref name="value"/>, if it is short; else the fraction p/q with q up to 64 that does; else the value itself.
    /// </summary>
    public static double Recover(float value)
    {
        if (!float.IsFinite(value)) return value;
        for (var digits = 0; digits <= 5; digits++)
        {
            var candidate = double.Parse(value.ToString($"E{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if ((float)candidate == value) return candidate;
        }
        for (var q = 2; q <= 64; q++)
        {
            var p = Math.Round((double)value * q);
            if (Math.Abs(p) is > 0 and <= 4096 && (float)(p / q) == value) return p / q;
        }
        return value;
    }
}
