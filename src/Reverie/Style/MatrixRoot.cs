using Reverie.Autodiff;

namespace Reverie.Style;

/// <summary>
/// Square roots of symmetric positive matrices by the coupled iteration of Newton and Schulz (Higham, "Functions of Matrices", 2008, equation 6.35), which needs
/// products only: Y becomes the root, Z its inverse.
/// </summary>
internal static class MatrixRoot
{
    /// <summary>What is added to the diagonal of covariances, as in crowsonkb/style-transfer-pytorch: silent channels make them singular.</summary>
    public const double Ridge = 1e-4;

    private const int Steps = 14;

    /// <summary>Writes the root and the inverse root of <paramref name="matrix"/> [...,N,N].</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="unit">The unit matrix of its size.</param>
    public static (Value Root, Value Inverse) Write(Value matrix, Value unit)
    {
        // the iteration converges where all eigenvalues of the start lie in (0, 1]: divided by the Frobenius norm they do
        var norm = (matrix * matrix).Sum(-2, -1).Sqrt();
        var (y, z) = (matrix / norm, unit);
        for (var step = 0; step < Steps; step++)
        {
            var t = 1.5 * unit - 0.5 * z.MatMul(y);
            (y, z) = (y.MatMul(t), t.MatMul(z));
        }
        var root = norm.Sqrt();
        return (y * root, z / root);
    }
}
