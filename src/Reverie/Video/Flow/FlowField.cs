namespace Reverie.Video.Flow;

/// <summary>
/// A dense motion field between two pictures of one size: what lies at (x, y) in the first lies at (x + u, y + v) in the second, in pixels, right and down. Reading the second picture
/// there ("backward warping") brings it into the first one's place.
/// </summary>
public sealed class FlowField
{
    /// <summary>A field that owns the given planes; they are not copied.</summary>
    /// <param name="height">Rows H.</param>
    /// <param name="width">Columns W.</param>
    /// <param name="u">Motion to the right [H,W], in pixels.</param>
    /// <param name="v">Motion down [H,W], in pixels.</param>
    /// <exception cref="ArgumentException">A plane's length is not H x W.</exception>
    public FlowField(int height, int width, float[] u, float[] v)
    {
        ArgumentNullException.ThrowIfNull(u);
        ArgumentNullException.ThrowIfNull(v);
        Imaging.Planes.Check(u.Length, 1, height, width, nameof(u));
        Imaging.Planes.Check(v.Length, 1, height, width, nameof(v));
        (Height, Width, U, V) = (height, width, u, v);
    }

    /// <summary>A field of no motion.</summary>
    public FlowField(int height, int width) : this(height, width, new float[height * width], new float[height * width]) { }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Motion to the right [H,W], in pixels.</summary>
    public float[] U { get; }

    /// <summary>Motion down [H,W], in pixels.</summary>
    public float[] V { get; }

    /// <summary>The mean distance in pixels between the two fields' end points ("EPE").</summary>
    /// <param name="other">Another field of this size.</param>
    /// <param name="valid">[H,W]: only places with more than 0 count; null for all.</param>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public double EndPointError(FlowField other, ReadOnlySpan<float> valid = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        if ((other.Height, other.Width) != (Height, Width)) throw new ArgumentException($"a field of {other.Width} x {other.Height} is compared with one of {Width} x {Height}", nameof(other));
        var (sum, count) = (0.0, 0L);
        for (var index = 0; index < U.Length; index++)
        {
            if (!valid.IsEmpty && valid[index] <= 0) continue;
            double du = U[index] - other.U[index], dv = V[index] - other.V[index];
            sum += Math.Sqrt(du * du + dv * dv);
            count++;
        }
        return count == 0 ? 0 : sum / count;
    }
}
