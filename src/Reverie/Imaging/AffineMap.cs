namespace Reverie.Imaging;

/// <summary>
/// Where each pixel of a picture comes from: the source's place (x', y') = (A x + B y + C, D x + E y + F) of the place (x, y), in pixels, whole numbers being the centres of pixels.
/// Maps are composed and only then is a picture resampled, once.
/// </summary>
internal readonly record struct AffineMap(double A, double B, double C, double D, double E, double F)
{
    /// <summary>Every pixel stays.</summary>
    public static AffineMap Identity { get; } = new(1, 0, 0, 0, 1, 0);

    /// <summary>Whether every pixel stays.</summary>
    public bool IsIdentity => this == Identity;

    /// <summary>A picture enlarged and turned about a point, then shifted.</summary>
    /// <param name="zoom">How many times as large; more than 1 comes nearer.</param>
    /// <param name="degrees">How far it turns, to the left.</param>
    /// <param name="shiftX">Pixels to the right.</param>
    /// <param name="shiftY">Pixels to the bottom.</param>
    /// <param name="centreX">The point, in pixels.</param>
    /// <param name="centreY">The point, in pixels.</param>
    public static AffineMap Of(double zoom, double degrees, double shiftX, double shiftY, double centreX, double centreY)
    {
        if (zoom == 1 && degrees == 0 && shiftX == 0 && shiftY == 0) return Identity;
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var (a, b) = (cos / zoom, -sin / zoom);
        var (x, y) = (-centreX - shiftX, -centreY - shiftY);
        return new(a, b, a * x + b * y + centreX, -b, a, -b * x + a * y + centreY);
    }

    /// <summary>The map of a picture that this map makes of one that <paramref name="earlier"/> made.</summary>
    public AffineMap After(AffineMap earlier) => IsIdentity ? earlier : earlier.IsIdentity ? this : new(
        earlier.A * A + earlier.B * D, earlier.A * B + earlier.B * E, earlier.A * C + earlier.B * F + earlier.C,
        earlier.D * A + earlier.E * D, earlier.D * B + earlier.E * E, earlier.D * C + earlier.E * F + earlier.F);

    /// <summary>Where a place comes from.</summary>
    public (double X, double Y) At(double x, double y) => (A * x + B * y + C, D * x + E * y + F);
}
