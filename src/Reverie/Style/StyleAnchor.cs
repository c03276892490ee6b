namespace Reverie.Style;

/// <summary>
/// A picture that the result is to stay near, as far as each place says: strength x mean over all values of c (x - w)^2, the temporal loss of Ruder, Dosovitskiy and Brox (2016), where w is
/// the last result moved along and c says where that is known. What x is where c is 0 does not change it.
/// </summary>
/// <param name="Rgb">w [3,H,W].</param>
/// <param name="Weights">c [H,W].</param>
/// <param name="Strength">How much it counts.</param>
internal sealed record StyleAnchor(float[] Rgb, float[] Weights, double Strength)
{
    /// <summary>The loss at a picture [3,H,W]; its gradient is added.</summary>
    public double AddTo(ReadOnlySpan<float> x, Span<float> gradient)
    {
        var (scale, sum) = (Strength / x.Length, 0.0);
        var plane = Weights.Length;
        for (var channel = 0; channel < 3; channel++)
            for (int place = 0, index = channel * plane; place < plane; place++, index++)
            {
                var difference = x[index] - Rgb[index];
                sum += Weights[place] * (double)difference * difference;
                gradient[index] += (float)(2 * scale * Weights[place] * difference);
            }
        return scale * sum;
    }
}
