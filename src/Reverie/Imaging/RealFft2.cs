namespace Reverie.Imaging;

/// <summary>
/// The Fourier transform of real planes [H,W] as half spectra [H,W/2+1] of complex numbers, as numpy's rfft2 and irfft2: forward not scaled, inverse
/// divided by H W. Imaginary parts that no real plane has are ignored by the inverse. Buffers are the object's: not for several threads at once.
/// </summary>
public sealed class RealFft2
{
    private readonly Fft _rows;
    private readonly Fft _columns;
    private readonly double[] _re;
    private readonly double[] _im;
    private readonly double[] _rowRe;
    private readonly double[] _rowIm;
    private readonly double[] _columnRe;
    private readonly double[] _columnIm;

    /// <summary>Prepares for planes of a size.</summary>
    public RealFft2(int height, int width)
    {
        (Height, Width, HalfWidth) = (height, width, width / 2 + 1);
        (_rows, _columns) = (Fft.Of(width), Fft.Of(height));
        (_re, _im) = (new double[height * HalfWidth], new double[height * HalfWidth]);
        (_rowRe, _rowIm) = (new double[width], new double[width]);
        (_columnRe, _columnIm) = (new double[height], new double[height]);
    }

    /// <summary>Rows H.</summary>
    public int Height { get; }

    /// <summary>Columns W.</summary>
    public int Width { get; }

    /// <summary>Columns of the half spectrum: W/2+1.</summary>
    public int HalfWidth { get; }

    /// <summary>The spectrum of a plane: for every frequency [H,W/2+1] the real, then the imaginary part.</summary>
    public void Forward(ReadOnlySpan<float> plane, Span<float> spectrum)
    {
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++) (_rowRe[x], _rowIm[x]) = (plane[y * Width + x], 0);
            _rows.Transform(_rowRe, _rowIm);
            _rowRe.AsSpan(0, HalfWidth).CopyTo(_re.AsSpan(y * HalfWidth));
            _rowIm.AsSpan(0, HalfWidth).CopyTo(_im.AsSpan(y * HalfWidth));
        }
        Columns(inverse: false);
        for (var index = 0; index < _re.Length; index++) (spectrum[2 * index], spectrum[2 * index + 1]) = ((float)_re[index], (float)_im[index]);
    }

    /// <summary>The plane of a spectrum.</summary>
    public void Inverse(ReadOnlySpan<float> spectrum, Span<float> plane)
    {
        for (var index = 0; index < _re.Length; index++) (_re[index], _im[index]) = (spectrum[2 * index], spectrum[2 * index + 1]);
        Columns(inverse: true);
        var scale = 1.0 / ((double)Height * Width);
        for (var y = 0; y < Height; y++)
        {
            for (var k = 0; k < HalfWidth; k++)
            {
                var (re, im) = (_re[y * HalfWidth + k], _im[y * HalfWidth + k]);
                // a real row's spectrum is symmetric
                if (k > 0 && 2 * k < Width) (_rowRe[Width - k], _rowIm[Width - k]) = (re, -im);
                else im = 0;
                (_rowRe[k], _rowIm[k]) = (re, im);
            }
            _rows.Transform(_rowRe, _rowIm, inverse: true);
            for (var x = 0; x < Width; x++) plane[y * Width + x] = (float)(_rowRe[x] * scale);
        }
    }

    /// <summary>The transpose of <see cref="Inverse"/>: from a gradient with respect to the plane to one with respect to the spectrum's real and imaginary parts.</summary>
    public void InverseAdjoint(ReadOnlySpan<float> gradient, Span<float> spectrum)
    {
        Forward(gradient, spectrum);
        var scale = 1.0f / ((float)Height * Width);
        for (var y = 0; y < Height; y++)
            for (var k = 0; k < HalfWidth; k++)
            {
                // a frequency that stands for its mirror image too counts twice
                var weight = k > 0 && 2 * k < Width ? 2 * scale : scale;
                spectrum[2 * (y * HalfWidth + k)] *= weight;
                spectrum[2 * (y * HalfWidth + k) + 1] *= weight;
            }
    }

    private void Columns(bool inverse)
    {
        for (var k = 0; k < HalfWidth; k++)
        {
            for (var y = 0; y < Height; y++) (_columnRe[y], _columnIm[y]) = (_re[y * HalfWidth + k], _im[y * HalfWidth + k]);
            _columns.Transform(_columnRe, _columnIm, inverse);
            for (var y = 0; y < Height; y++) (_re[y * HalfWidth + k], _im[y * HalfWidth + k]) = (_columnRe[y], _columnIm[y]);
        }
    }
}
