using System.Globalization;

namespace Reverie.Autodiff.Rules;

/// <summary>ONNX keeps float attributes in 32 bits; this finds the number that was meant.</summary>
internal static class ExactNumbers
{
    /// <summary>
    /// The shortest decimal that rounds to <paramref name="value"/>, if it is short; else the fraction p/q with q up to 64 that does; else the root of a whole number up to 4096,
    /// or one over it (an attention's scale, a GELU's sqrt 2); else the value itself.
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
        var isLarge = Math.Abs(value) > 1;
        var n = Math.Round(isLarge ? (double)value * value : 1 / ((double)value * value));
        if (n is < 2 or > 4096) return value;
        var root = isLarge ? Math.Sqrt(n) : 1 / Math.Sqrt(n);
        return (float)root == Math.Abs(value) ? Math.CopySign(root, value) : value;
    }
}
