namespace Reverie.Tiling;

/// <summary>A positive fraction in lowest terms: how many positions of one tensor a step in another is.</summary>
internal readonly record struct Ratio
{
    public Ratio(long numerator, long denominator)
    {
        var divisor = Gcd(numerator, denominator);
        (Numerator, Denominator) = (numerator / divisor, denominator / divisor);
    }

    public static Ratio One => new(1, 1);

    public long Numerator { get; }

    public long Denominator { get; }

    public static Ratio operator *(Ratio left, Ratio right) => new(checked(left.Numerator * right.Numerator), checked(left.Denominator * right.Denominator));

    /// <summary>A length divided by the ratio, which must divide it.</summary>
    public long Into(long length)
    {
        var scaled = checked(length * Denominator);
        return scaled % Numerator == 0 ? scaled / Numerator : throw new InvalidOperationException($"{length} is no multiple of {this}");
    }

    public static long Gcd(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }

    public static long Lcm(long a, long b) => checked(a / Gcd(a, b) * b);

    public override string ToString() => Denominator == 1 ? $"{Numerator}" : $"{Numerator}/{Denominator}";
}
