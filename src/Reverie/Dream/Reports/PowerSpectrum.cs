using Reverie.Imaging;

namespace Reverie.Dream.Reports;

/// <summary>
/// The radial power spectrum of a picture's brightness after Welch (1967): the mean over squares of the picture, each faded out towards its borders by Hann's window, so that a picture of
/// any size and shape, in memory or not, has a spectrum at the same frequencies.
/// </summary>
internal sealed class PowerSpectrum
{
    private const int LargestSide = 256, MostSquares = 100;

    // The slope is fitted between these, in cycles a pixel: below, a square shows too few waves; above, resampling and JPEG have their say.
    private const double Lowest = 0.02, Highest = 0.35;

    private const double QuarterNyquist = 0.125;

    private readonly double[] _power;
    private readonly int _side;

    private PowerSpectrum(double[] power, int side) => (_power, _side) = (power, side);

    /// <summary>Measures; null for pictures too small to have a spectrum.</summary>
    public static PowerSpectrum? Of(PlaneStore picture)
    {
        var side = Math.Min(LargestSide, Math.Min(picture.Height, picture.Width));
        if (side < 32) return null;
        var window = Enumerable.Range(0, side).Select(place => (float)(0.5 - 0.5 * Math.Cos(2 * Math.PI * (place + 0.5) / side))).ToArray();
        var (fft, spectrum, power) = (new RealFft2(side, side), new float[2 * side * (side / 2 + 1)], new double[side / 2 + 1]);
        var (crop, plane) = (new float[3 * side * side], new float[side * side]);
        foreach (var top in Places(picture.Height, side))
            foreach (var left in Places(picture.Width, side))
            {
                picture.ReadCrop(top, left, side, side, crop);
                var mean = 0.0;
                for (var index = 0; index < plane.Length; index++) mean += plane[index] = 0.299f * crop[index] + 0.587f * crop[plane.Length + index] + 0.114f * crop[2 * plane.Length + index];
                mean /= plane.Length;
                for (var index = 0; index < plane.Length; index++) plane[index] = (plane[index] - (float)mean) * window[index / side] * window[index % side];
                fft.Forward(plane, spectrum);
                Add(spectrum, side, power);
            }
        return new(power, side);
    }

    /// <summary>The slope a of the power, as 1/f^a.</summary>
    public double Slope
    {
        get
        {
            // every octave counts alike: rings grow narrower in the logarithm
            double weights = 0, x = 0, y = 0, xx = 0, xy = 0;
            for (var ring = 1; ring < _power.Length; ring++)
            {
                var frequency = (double)ring / _side;
                if (frequency is < Lowest or > Highest || _power[ring] <= 0) continue;
                // a ring has as many frequencies as it is long
                var (weight, u, v) = (1 / frequency, Math.Log(frequency), Math.Log(_power[ring] / ring));
                (weights, x, y, xx, xy) = (weights + weight, x + weight * u, y + weight * v, xx + weight * u * u, xy + weight * u * v);
            }
            return -(weights * xy - x * y) / (weights * xx - x * x);
        }
    }

    /// <summary>The energy above a quarter of the Nyquist frequency.</summary>
    public double FineEnergy => Enumerable.Range(1, _power.Length - 1).Where(ring => (double)ring / _side > QuarterNyquist).Sum(ring => _power[ring]);

    private static IEnumerable<int> Places(int size, int side)
    {
        var count = Math.Min((int)Math.Sqrt(MostSquares), Math.Max(1, (int)Math.Ceiling(2.0 * size / side) - 1));
        return Enumerable.Range(0, count).Select(index => count == 1 ? (size - side) / 2 : (int)((long)index * (size - side) / (count - 1))).Distinct();
    }

    private static void Add(float[] spectrum, int side, double[] power)
    {
        var half = side / 2 + 1;
        for (var y = 0; y < side; y++)
            for (var x = 0; x < half; x++)
            {
                var down = y <= side / 2 ? y : y - side;
                var ring = (int)Math.Round(Math.Sqrt((double)down * down + (double)x * x));
                if (ring >= power.Length) continue;
                double re = spectrum[2 * (y * half + x)], im = spectrum[2 * (y * half + x) + 1];
                // a column that stands for its mirror image too counts twice
                power[ring] += (x > 0 && 2 * x < side ? 2 : 1) * (re * re + im * im);
            }
    }
}
