namespace Reverie.Dream.Shaping;

/// <summary>
/// Adam (Kingma and Ba, 2015, algorithm 1) with the authors' constants: every pixel's step is normalised by that pixel's own gradients so far.
/// Gradients are first put into units of the first one's mean magnitude, so that epsilon means the same for every network.
/// </summary>
internal sealed class Adam(int count, double beta1 = 0.9, double beta2 = 0.999) : IGradientNormaliser
{
    private const float Epsilon = 1e-8f;

    private readonly float[] _mean = new float[count];
    private readonly float[] _square = new float[count];
    private double _unit;
    private int _step;

    /// <inheritdoc/>
    public double Divisor(float[] gradient, float[]? weights = null)
    {
        var magnitude = Reduction.MeanMagnitude(gradient);
        if (!(magnitude > GradientShaping.Epsilon) || !double.IsFinite(magnitude)) return magnitude;
        if (_unit == 0) _unit = magnitude;
        _step++;
        var (unit, first, second) = ((float)(1 / _unit), (float)beta1, (float)beta2);
        var (correct1, correct2) = ((float)(1 / (1 - Math.Pow(beta1, _step))), (float)(1 / (1 - Math.Pow(beta2, _step))));
        for (var index = 0; index < gradient.Length; index++)
        {
            var g = gradient[index] * unit;
            var m = _mean[index] = first * _mean[index] + (1 - first) * g;
            var v = _square[index] = second * _square[index] + (1 - second) * g * g;
            gradient[index] = m * correct1 / (MathF.Sqrt(v * correct2) + Epsilon);
        }
        // not before: every pixel's step has the same size, whatever its gradient's
        if (weights is not null) PixelWeights.Multiply(gradient, weights);
        return 1;
    }
}
