namespace Reverie.Dream.Shaping;

/// <summary>
/// Takes the gradient of the picture's total variation off: of the sum over neighbours of sqrt(d^2 + e^2), d their difference. It smooths noise and leaves edges,
/// whose pull does not grow with their height.
/// </summary>
/// <param name="weight">The pull of an edge, in units of the gradient's mean magnitude.</param>
internal sealed class TotalVariation(double weight) : IGradientFilter
{
    // differences well below this are no edges and hardly pulled at: five steps of 255
    private const float Soft = 0.02f;

    /// <inheritdoc/>
    public void Apply(float[] gradient, float[] picture, OctaveSize size)
    {
        var pull = (float)(weight * Reduction.MeanMagnitude(gradient));
        var (height, width) = (size.Height, size.Width);
        for (var row = 0; row < 3 * height; row++)
        {
            var start = row * width;
            for (var x = 0; x + 1 < width; x++) Pull(start + x, start + x + 1);
            if (row % height == height - 1) continue;
            for (var x = 0; x < width; x++) Pull(start + x, start + x + width);
        }

        void Pull(int here, int there)
        {
            var difference = picture[there] - picture[here];
            var slope = pull * difference / MathF.Sqrt(difference * difference + Soft * Soft);
            gradient[here] += slope;
            gradient[there] -= slope;
        }
    }
}
