using System.Text.Json.Serialization;

namespace Reverie.Explain;

/// <summary>Rules of numerical integration over [0, 1].</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QuadratureRule>))]
public enum QuadratureRule
{
    /// <summary>The middles of n equal parts: the best of the simple ones, as good as Gauss-Legendre on networks of ReLUs, and it can be refined without waste.</summary>
    Midpoint,
    /// <summary>The left ends.</summary>
    Left,
    /// <summary>The right ends.</summary>
    Right,
    /// <summary>Both ends and n - 2 places between, the ends at half weight. The weights sum to 1.</summary>
    Trapezoid,
    /// <summary>As <see cref="Trapezoid"/>, but with weights that sum to (n-1)/n, as Captum 0.8 has them: to compare with its numbers, and for nothing else.</summary>
    CaptumTrapezoid,
    /// <summary>Gauss and Legendre's nodes: exact for polynomials of degree 2n - 1.</summary>
    GaussLegendre,
}

/// <summary>Nodes and weights of a rule of integration over [0, 1].</summary>
/// <param name="Nodes">Where the function is asked.</param>
/// <param name="Weights">How much each answer counts.</param>
public sealed record Quadrature(double[] Nodes, double[] Weights)
{
    /// <summary>A rule with n nodes.</summary>
    /// <exception cref="ReverieException">n is too small.</exception>
    public static Quadrature Of(QuadratureRule rule, int n)
    {
        var least = rule is QuadratureRule.Trapezoid or QuadratureRule.CaptumTrapezoid ? 2 : 1;
        if (n < least) throw new ReverieException($"{rule} needs at least {least} steps, not {n}");
        return rule switch
        {
            QuadratureRule.Left => Even(n, k => (double)k / n),
            QuadratureRule.Right => Even(n, k => (k + 1.0) / n),
            QuadratureRule.Trapezoid => Trapezoid(n, n - 1),
            QuadratureRule.CaptumTrapezoid => Trapezoid(n, n),
            QuadratureRule.GaussLegendre => Gauss(n),
            _ => Even(n, k => (k + 0.5) / n),
        };
    }

    private static Quadrature Trapezoid(int n, int parts) =>
        new([.. Enumerable.Range(0, n).Select(k => k / (n - 1.0))], [.. Enumerable.Range(0, n).Select(k => (k == 0 || k == n - 1 ? 0.5 : 1) / parts)]);

    private static Quadrature Even(int n, Func<int, double> node) => new([.. Enumerable.Range(0, n).Select(node)], [.. Enumerable.Repeat(1.0 / n, n)]);

    // The roots of the Legendre polynomial P_n by Newton's method on its three-term recurrence, and w = 2 / ((1 - x^2) P_n'(x)^2).
    private static Quadrature Gauss(int n)
    {
        var (nodes, weights) = (new double[n], new double[n]);
        for (var k = 0; k < n; k++)
        {
            var x = -Math.Cos(Math.PI * (k + 0.75) / (n + 0.5));
            var slope = 0.0;
            for (var round = 0; round < 100; round++)
            {
                var (p, before) = (1.0, 0.0);
                for (var degree = 1; degree <= n; degree++) (p, before) = (((2 * degree - 1) * x * p - (degree - 1) * before) / degree, p);
                slope = n * (x * p - before) / (x * x - 1);
                var step = p / slope;
                x -= step;
                if (Math.Abs(step) < 1e-16) break;
            }
            (nodes[k], weights[k]) = ((1 + x) / 2, 1 / ((1 - x * x) * slope * slope));
        }
        return new(nodes, weights);
    }
}
