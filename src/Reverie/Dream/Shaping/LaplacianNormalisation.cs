using Reverie.Imaging;

namespace Reverie.Dream.Shaping;

/// <summary>
/// Laplacian-pyramid normalisation (Mordvintsev's TensorFlow notebook of 2016): the gradient is split into bands of frequencies, each divided by its own
/// root mean square, so that large shapes grow as fast as fine texture.
/// </summary>
internal sealed class LaplacianNormalisation : IGradientFilter
{
    /// <summary>Bands besides the residue, as in the notebook.</summary>
    private const int Levels = 4;

    private const double Floor = 1e-10;

    /// <inheritdoc/>
    public void Apply(float[] gradient, float[] picture, OctaveSize size)
    {
        // the floor is meant for gradients of about 1
        var unit = Reduction.MeanMagnitude(gradient);
        if (!(unit > GradientShaping.Epsilon)) return;
        var bands = LaplacianPyramid.Split(gradient, 3, size.Height, size.Width, Levels);
        foreach (var band in bands)
        {
            var scale = (float)(1 / Math.Max(Reduction.RootMeanSquare(band.Planes) / unit, Floor) / unit);
            for (var index = 0; index < band.Planes.Length; index++) band.Planes[index] *= scale;
        }
        LaplacianPyramid.Merge(bands, 3).CopyTo(gradient, 0);
    }
}
