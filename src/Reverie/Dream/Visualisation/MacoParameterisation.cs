using Reverie.Imaging;

namespace Reverie.Dream.Visualisation;

/// <summary>
/// The phase alone is sought; the amplitudes are those of natural pictures and stay (MACO: Fel and others, "Unlocking feature visualization for deep
/// networks with magnitude constrained optimization", NeurIPS 2023, arXiv:2306.06805). Deviations: the amplitudes are 1/f of the decorrelated
/// colours instead of means over ImageNet, which are not ours to ship; the picture's contrast is fixed and not standardised at every step.
/// </summary>
internal sealed class MacoParameterisation : IParameterisation
{
    // brightness varies most, opponent colours little; in units of the sigmoid's argument
    private static readonly float[] Contrast = [1.2f, 1.0f, 1.0f];

    private readonly RealFft2 _fft;
    private readonly float[] _amplitude;
    private readonly float[] _spectrum;

    public MacoParameterisation(int height, int width)
    {
        _fft = new(height, width);
        var inverse = FourierParameterisation.Frequencies(_fft).Select(f => f > 0 ? 1 / f : 0).ToArray();
        // Parseval: the amplitudes that give a plane of standard deviation 1
        var power = 0.0;
        for (var index = 0; index < inverse.Length; index++)
        {
            var column = index % _fft.HalfWidth;
            power += (column > 0 && 2 * column < width ? 2 : 1) * inverse[index] * inverse[index];
        }
        var unit = (double)height * width / Math.Sqrt(power);
        _amplitude = Array.ConvertAll(inverse, value => (float)(value * unit));
        _spectrum = new float[2 * _amplitude.Length];
    }

    /// <inheritdoc/>
    public float[] Start(CounterRandom random)
    {
        var phases = new float[3 * _amplitude.Length];
        random.FillUniform(phases, -MathF.PI, MathF.PI);
        return phases;
    }

    /// <inheritdoc/>
    public void Draw(float[] parameters, Span<float> picture)
    {
        var pixels = picture.Length / 3;
        for (var plane = 0; plane < 3; plane++)
        {
            for (var index = 0; index < _amplitude.Length; index++)
            {
                var (sin, cos) = MathF.SinCos(parameters[plane * _amplitude.Length + index]);
                (_spectrum[2 * index], _spectrum[2 * index + 1]) = (Contrast[plane] * _amplitude[index] * cos, Contrast[plane] * _amplitude[index] * sin);
            }
            _fft.Inverse(_spectrum, picture.Slice(plane * pixels, pixels));
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
            _fft.InverseAdjoint(gradient.Slice(plane * pixels, pixels), _spectrum);
            for (var index = 0; index < _amplitude.Length; index++)
            {
                var (sin, cos) = MathF.SinCos(parameters[plane * _amplitude.Length + index]);
                result[plane * _amplitude.Length + index] = Contrast[plane] * _amplitude[index] * (cos * _spectrum[2 * index + 1] - sin * _spectrum[2 * index]);
            }
        }
    }
}
