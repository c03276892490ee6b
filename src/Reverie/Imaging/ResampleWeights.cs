namespace Reverie.Imaging;

/// <summary>
/// The weights of one axis: output i is the sum over t of <c>Values[i·Taps + t] · input[First[i] + t]</c>. Every output has the same number of
/// taps (unused ones weigh 0), and every tap lies inside the input.
/// </summary>
internal sealed class ResampleWeights
{
    private ResampleWeights(int taps, int[] first, float[] values) => (Taps, First, Values) = (taps, first, values);

    public int Taps { get; }

    public int[] First { get; }

    public float[] Values { get; }

    public static ResampleWeights For(ResampleKernel kernel, int size, int newSize) => kernel switch
    {
        ResampleKernel.BilinearAlignCorners => Interpolating(size, newSize, i => newSize == 1 ? 0 : (double)i * (size - 1) / (newSize - 1)),
        ResampleKernel.Bilinear => Interpolating(size, newSize, i => Math.Clamp((i + 0.5) * size / newSize - 0.5, 0, size - 1)),
        ResampleKernel.Triangle => Filtering(size, newSize, 1, x => Math.Max(0, 1 - x)),
        ResampleKernel.CatmullRom => Filtering(size, newSize, 2, x => Cubic(x, b: 0, c: 0.5)),
        ResampleKernel.Mitchell => Filtering(size, newSize, 2, x => Cubic(x, b: 1.0 / 3, c: 1.0 / 3)),
        ResampleKernel.Lanczos3 => Filtering(size, newSize, 3, x => x < 3 ? Sinc(x) * Sinc(x / 3) : 0),
        _ => throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "not a resampling kernel"),
    };

    /// <summary>Two taps around the position that <paramref name="locate"/> gives, in [0, size-1].</summary>
    private static ResampleWeights Interpolating(int size, int newSize, Func<int, double> locate)
    {
        var taps = Math.Min(2, size);
        var first = new int[newSize];
        var values = new float[newSize * taps];
        for (var i = 0; i < newSize; i++)
        {
            var position = locate(i);
            first[i] = Math.Min((int)position, size - taps);
            var fraction = position - first[i];
            if (taps == 1)
            {
                values[i] = 1;
                continue;
            }
            values[2 * i] = (float)(1 - fraction);
            values[2 * i + 1] = (float)fraction;
        }
        return new ResampleWeights(taps, first, values);
    }

    /// <summary>
    /// A filter of half-width <paramref name="radius"/> centred at the pixel centre's position, stretched by the shrink factor; taps outside the
    /// input are dropped and the others scaled to sum to 1, so that a constant stays constant up to the borders.
    /// </summary>
    private static ResampleWeights Filtering(int size, int newSize, double radius, Func<double, double> filter)
    {
        var scale = (double)size / newSize;
        var stretch = Math.Max(1, scale);
        var reach = radius * stretch;
        var taps = Math.Min(size, (int)Math.Ceiling(reach) * 2 + 1);
        var first = new int[newSize];
        var values = new float[checked(newSize * taps)];
        var weights = new double[taps];
        for (var i = 0; i < newSize; i++)
        {
            var centre = (i + 0.5) * scale;
            first[i] = Math.Clamp((int)Math.Floor(centre - reach), 0, size - taps);
            var sum = 0.0;
            for (var t = 0; t < taps; t++)
            {
                weights[t] = filter(Math.Abs(first[i] + t + 0.5 - centre) / stretch);
                sum += weights[t];
            }
            for (var t = 0; t < taps; t++) values[i * taps + t] = (float)(weights[t] / sum);
        }
        return new ResampleWeights(taps, first, values);
    }

    /// <summary>The two-parameter family of cubics (Mitchell and Netravali 1988, formula 8) at distance x >= 0.</summary>
    private static double Cubic(double x, double b, double c) => x switch
    {
        < 1 => ((12 - 9 * b - 6 * c) * x * x * x + (-18 + 12 * b + 6 * c) * x * x + (6 - 2 * b)) / 6,
        < 2 => ((-b - 6 * c) * x * x * x + (6 * b + 30 * c) * x * x + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) / 6,
        _ => 0,
    };

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
