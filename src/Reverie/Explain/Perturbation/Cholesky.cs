namespace Reverie.Explain;

/// <summary>Solves equations with a symmetric positive matrix, by Cholesky's factors; where it is singular, the least of ridges makes it solvable.</summary>
internal sealed class Cholesky
{
    private readonly double[,] _lower;

    public Cholesky(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var trace = 0.0;
        for (var index = 0; index < n; index++) trace += matrix[index, index];
        var ridge = 1e-12 * Math.Max(trace / n, double.Epsilon);
        while (true)
        {
            if (Factor(matrix, ridge) is { } lower)
            {
                _lower = lower;
                return;
            }
            ridge *= 100;
        }
    }

    public double[] Solve(double[] b)
    {
        var n = b.Length;
        var x = (double[])b.Clone();
        for (var row = 0; row < n; row++)
        {
            for (var column = 0; column < row; column++) x[row] -= _lower[row, column] * x[column];
            x[row] /= _lower[row, row];
        }
        for (var row = n - 1; row >= 0; row--)
        {
            for (var column = row + 1; column < n; column++) x[row] -= _lower[column, row] * x[column];
            x[row] /= _lower[row, row];
        }
        return x;
    }

    private static double[,]? Factor(double[,] matrix, double ridge)
    {
        var n = matrix.GetLength(0);
        var lower = new double[n, n];
        for (var row = 0; row < n; row++)
            for (var column = 0; column <= row; column++)
            {
                var sum = matrix[row, column] + (row == column ? ridge : 0);
                for (var index = 0; index < column; index++) sum -= lower[row, index] * lower[column, index];
                if (row != column) lower[row, column] = sum / lower[column, column];
                else if (sum > 0) lower[row, row] = Math.Sqrt(sum);
                else return null;
            }
        return lower;
    }
}
