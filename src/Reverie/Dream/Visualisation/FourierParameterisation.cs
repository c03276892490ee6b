using Reverie.Imaging;

namespace Reverie.Dream.Visualisation;

/// <summary>
/// The picture's spectrum with amplitudes scaled by 1/f, as natural pictures have them, in decorrelated colours (Olah, Mordvintsev and Schubert, "Feature
/// visualization", Distill 2017; the constants are Lucid's): all sizes of structure are equally near.
/// </summary>
internal sealed class FourierParameterisation : IParameterisation
{
    private const float Deviation = 0.01f, Damping = 1 / 4f;

    private readonly RealFft2 _fft;
    private readonly float[] _scale;
    private readonly float[] _scaled;

    public FourierParameterisation(int height, int width)
    {
        _fft = new(height, width);
        _scale = Frequencies(_fft).Select(f => (float)(Math.Sqrt((double)height * width) / Math.Max(f, 1.0 / Math.Max(height, width)))).ToArray();
        _scaled = new float[2 * _scale.Length];
    }

    /// <summary>The frequency of every coefficient of a half spectrum, in cycles per pixel.</summary>
    public static IEnumerable<double> Frequencies(RealFft2 fft)
    {
        for (var y = 0; y < fft.Height; y++)
            for (var k = 0; k < fft.HalfWidth; k++)
            {
                var down = (double)(y <= fft.Height / 2 ? y : y - fft.Height) / fft.Height;
                var across = (double)k / fft.Width;
                yield return Math.Sqrt(down * down + across * across);
            }
    }

    /// <inheritdoc/>
    public float[] Start(CounterRandom random)
    {
        var parameters = new float[3 * _scaled.Length];
        random.FillNormal(parameters, 0, Deviation);
        return parameters;
    }

    /// <inheritdoc/>
    public void Draw(float[] parameters, Span<float> picture)
    {
        var pixels = picture.Length / 3;
        for (var plane = 0; plane < 3; plane++)
        {
            for (var index = 0; index < _scaled.Length; index++) _scaled[index] = parameters[plane * _scaled.Length + index] * _scale[index / 2] * Damping;
            _fft.Inverse(_scaled, picture.Slice(plane * pixels, pixels));
        }
        DecorrelatedColour.Apply(picture);
    }

    /// <inheritdoc/>
    public void PullBack(float[] parameters, ReadOnlySpan<float> picture, Span<float> gradient, float[] result)
    {
        DecorrelatedColour.PullBack(picture, gradient);
        var pixels = picture.Length / 3;
        for (var plane = 0; plane < 3; plane++)
        {
            _fft.InverseAdjoint(gradient.Slice(plane * pixels, pixels), _scaled);
            for (var index = 0; index < _scaled.Length; index++) result[plane * _scaled.Length + index] = _scaled[index] * _scale[index / 2] * Damping;
        }
    }
}
