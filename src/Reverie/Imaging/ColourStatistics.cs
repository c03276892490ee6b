namespace Reverie.Imaging;

/// <summary>The mean and covariance of a picture's colours, as sRGB-encoded values.</summary>
public sealed class ColourStatistics
{
    private readonly double[] _mean;
    private readonly double[,] _factor;

    private ColourStatistics(double[] mean, double[,] factor) => (_mean, _factor) = (mean, factor);

    /// <summary>The mean of red, green and blue.</summary>
    public IReadOnlyList<double> Mean => _mean;

    /// <summary>Of all pixels of a picture.</summary>
    public static ColourStatistics Of(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var count = picture.Height * picture.Width;
        var mean = new double[3];
        var covariance = new double[3, 3];
        for (var channel = 0; channel < 3; channel++)
        {
            foreach (var value in picture.Plane(channel)) mean[channel] += value;
            mean[channel] /= count;
        }
        for (var row = 0; row < 3; row++)
            for (var column = 0; column <= row; column++)
            {
                var left = picture.Plane(row);
                var right = picture.Plane(column);
                var sum = 0.0;
                for (var pixel = 0; pixel < count; pixel++) sum += (left[pixel] - mean[row]) * (right[pixel] - mean[column]);
                covariance[row, column] = covariance[column, row] = sum / count;
            }
        return new(mean, Factor(covariance));
    }

    /// <summary>Fills planes [3,H,W] with normal noise of this mean and covariance.</summary>
    public void FillNoise(Span<float> rgb, CounterRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var pixels = rgb.Length / 3;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            double a = random.Normal(), b = random.Normal(), c = random.Normal();
            for (var channel = 0; channel < 3; channel++)
                rgb[channel * pixels + pixel] = (float)(_mean[channel] + _factor[channel, 0] * a + _factor[channel, 1] * b + _factor[channel, 2] * c);
        }
    }

    /// <summary>
    /// The linear map x -> A x + b that gives colours of these statistics those of another picture: A = L' L^-1 with Cholesky's factors L L^T of the covariances (Gatys et
    /// al. 2016, arXiv:1606.05897, section 4.1).
    /// </summary>
    public Picture Recolour(Picture picture, ColourStatistics wanted)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(wanted);
        var map = new double[3, 3];
        // L' L^-1, column by column, by back substitution: A L = L'
        for (var row = 0; row < 3; row++)
            for (var column = 2; column >= 0; column--)
            {
                var sum = wanted._factor[row, column];
                for (var later = column + 1; later < 3; later++) sum -= map[row, later] * _factor[later, column];
                map[row, column] = sum / _factor[column, column];
            }
        var pixels = picture.Height * picture.Width;
        var rgb = new float[3 * pixels];
        for (var pixel = 0; pixel < pixels; pixel++)
            for (var row = 0; row < 3; row++)
            {
                var value = wanted._mean[row];
                for (var column = 0; column < 3; column++) value += map[row, column] * (picture.Rgb[column * pixels + pixel] - _mean[column]);
                rgb[row * pixels + pixel] = (float)Math.Clamp(value, 0, 1);
            }
        return new(picture.Height, picture.Width, rgb, picture.Alpha);
    }

    // Cholesky; a grey picture's covariance is singular, hence the ridge of half a level
    private static double[,] Factor(double[,] covariance)
    {
        const double ridge = 4e-6;
        var factor = new double[3, 3];
        for (var row = 0; row < 3; row++)
            for (var column = 0; column <= row; column++)
            {
                var sum = covariance[row, column] + (row == column ? ridge : 0);
                for (var earlier = 0; earlier < column; earlier++) sum -= factor[row, earlier] * factor[column, earlier];
                factor[row, column] = row == column ? Math.Sqrt(Math.Max(sum, ridge / 100)) : sum / factor[column, column];
            }
        return factor;
    }
}
