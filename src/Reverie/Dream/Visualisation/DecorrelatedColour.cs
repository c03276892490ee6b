namespace Reverie.Dream.Visualisation;

/// <summary>
/// Three uncorrelated planes as colours: a step along one of them is a step along an axis of how colours vary together in natural pictures (the square root
/// of their covariance, as in Lucid), and a sigmoid that keeps them within 0 to 1.
/// </summary>
internal static class DecorrelatedColour
{
    // rows: red, green, blue; columns: brightness, and two opponent colours
    private static readonly float[,] Root = { { 0.26f, 0.09f, 0.02f }, { 0.27f, 0.00f, -0.05f }, { 0.27f, -0.09f, 0.03f } };
    private static readonly float Norm = (float)Enumerable.Range(0, 3).Max(column => Math.Sqrt(Enumerable.Range(0, 3).Sum(row => (double)Root[row, column] * Root[row, column])));

    /// <summary>Turns planes [3,H,W] into colours, in place.</summary>
    public static void Apply(Span<float> planes)
    {
        var count = planes.Length / 3;
        for (var pixel = 0; pixel < count; pixel++)
        {
            var (u, v, w) = (planes[pixel], planes[count + pixel], planes[2 * count + pixel]);
            for (var channel = 0; channel < 3; channel++)
            {
                var value = (Root[channel, 0] * u + Root[channel, 1] * v + Root[channel, 2] * w) / Norm;
                planes[channel * count + pixel] = 1 / (1 + MathF.Exp(-value));
            }
        }
    }

    /// <summary>Turns a gradient with respect to the colours into one with respect to the planes, in place.</summary>
    /// <param name="colours">What <see cref="Apply"/> gave.</param>
    /// <param name="gradient">[3,H,W].</param>
    public static void PullBack(ReadOnlySpan<float> colours, Span<float> gradient)
    {
        var count = gradient.Length / 3;
        Span<float> slope = stackalloc float[3];
        for (var pixel = 0; pixel < count; pixel++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var colour = colours[channel * count + pixel];
                slope[channel] = gradient[channel * count + pixel] * colour * (1 - colour);
            }
            for (var plane = 0; plane < 3; plane++)
                gradient[plane * count + pixel] = (Root[0, plane] * slope[0] + Root[1, plane] * slope[1] + Root[2, plane] * slope[2]) / Norm;
        }
    }
}
