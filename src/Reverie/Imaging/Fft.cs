using System.Collections.Concurrent;

namespace Reverie.Imaging;

/// <summary>
/// The discrete Fourier transform of one length, in float64: X[k] = sum x[n] e^(-2 pi i k n / N), not scaled. Powers of two by Cooley and Tukey (radix 2),
/// other lengths as a convolution of twice the length (Bluestein 1970). Safe for use by several threads.
/// </summary>
public sealed class Fft
{
    private static readonly ConcurrentDictionary<int, Fft> Plans = new();

    private readonly double[] _cos;
    private readonly double[] _sin;
    private readonly Chirp? _chirp;

    private Fft(int length)
    {
        Length = length;
        // e^(-2 pi i k / N) for half the circle; Bluestein's has its own
        _cos = new double[length / 2];
        _sin = new double[length / 2];
        for (var k = 0; k < length / 2; k++) (_sin[k], _cos[k]) = Math.SinCos(-2 * Math.PI * k / length);
        if ((length & (length - 1)) != 0) _chirp = new(length);
    }

    /// <summary>The number of points N.</summary>
    public int Length { get; }

    /// <summary>The transform of a length of at least 1; made once and kept.</summary>
    public static Fft Of(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return Plans.GetOrAdd(length, static length => new(length));
    }

    /// <summary>Transforms N complex numbers in place.</summary>
    /// <param name="re">Real parts.</param>
    /// <param name="im">Imaginary parts.</param>
    /// <param name="inverse">Whether to take e^(+...) instead; not divided by N.</param>
    public void Transform(Span<double> re, Span<double> im, bool inverse = false)
    {
        if (re.Length != Length || im.Length != Length) throw new ArgumentException($"a transform of {Length} points is given {re.Length} and {im.Length}", nameof(re));
        // the inverse is the transform with real and imaginary parts exchanged, before and after
        if (_chirp is not null)
        {
            if (inverse) _chirp.Transform(im, re);
            else _chirp.Transform(re, im);
        }
        else if (inverse) Radix2(im, re);
        else Radix2(re, im);
    }

    private void Radix2(Span<double> re, Span<double> im)
    {
        for (int index = 1, reversed = 0; index < Length; index++)
        {
            var bit = Length >> 1;
            for (; (reversed & bit) != 0; bit >>= 1) reversed ^= bit;
            reversed |= bit;
            if (index >= reversed) continue;
            (re[index], re[reversed]) = (re[reversed], re[index]);
            (im[index], im[reversed]) = (im[reversed], im[index]);
        }
        for (var half = 1; half < Length; half <<= 1)
        {
            var stride = Length / (2 * half);
            for (var start = 0; start < Length; start += 2 * half)
                for (var k = 0; k < half; k++)
                {
                    var (c, s) = (_cos[k * stride], _sin[k * stride]);
                    var (a, b) = (start + k, start + k + half);
                    var (real, imaginary) = (re[b] * c - im[b] * s, re[b] * s + im[b] * c);
                    (re[b], im[b]) = (re[a] - real, im[a] - imaginary);
                    re[a] += real;
                    im[a] += imaginary;
                }
        }
    }

    /// <summary>Bluestein: k n = (k^2 + n^2 - (k - n)^2) / 2 makes of the transform a convolution with a chirp.</summary>
    private sealed class Chirp
    {
        private readonly int _length;
        private readonly Fft _fft;
        private readonly double[] _cos;
        private readonly double[] _sin;
        private readonly double[] _filterRe;
        private readonly double[] _filterIm;

        public Chirp(int length)
        {
            _length = length;
            var padded = 1;
            while (padded < 2 * length - 1) padded <<= 1;
            _fft = Of(padded);
            (_cos, _sin) = (new double[length], new double[length]);
            (_filterRe, _filterIm) = (new double[padded], new double[padded]);
            for (var n = 0; n < length; n++)
            {
                // n^2 modulo 2N: the angle stays small and exact
                (_sin[n], _cos[n]) = Math.SinCos(-Math.PI * ((long)n * n % (2L * length)) / length);
                (_filterRe[n], _filterIm[n]) = (_cos[n], -_sin[n]);
                if (n > 0) (_filterRe[padded - n], _filterIm[padded - n]) = (_cos[n], -_sin[n]);
            }
            _fft.Transform(_filterRe, _filterIm);
        }

        public void Transform(Span<double> re, Span<double> im)
        {
            var padded = _fft.Length;
            var (a, b) = (new double[padded], new double[padded]);
            for (var n = 0; n < _length; n++) (a[n], b[n]) = (re[n] * _cos[n] - im[n] * _sin[n], re[n] * _sin[n] + im[n] * _cos[n]);
            _fft.Transform(a, b);
            for (var k = 0; k < padded; k++) (a[k], b[k]) = (a[k] * _filterRe[k] - b[k] * _filterIm[k], a[k] * _filterIm[k] + b[k] * _filterRe[k]);
            _fft.Transform(a, b, inverse: true);
            for (var k = 0; k < _length; k++)
                (re[k], im[k]) = ((a[k] * _cos[k] - b[k] * _sin[k]) / padded, (a[k] * _sin[k] + b[k] * _cos[k]) / padded);
        }
    }
}
