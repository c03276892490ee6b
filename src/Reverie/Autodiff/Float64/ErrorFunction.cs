namespace Reverie.Autodiff.Float64;

/// <summary>
/// erf(x) to about 1e-15 from elementary operators: the rational minimax approximations of W. J. Cody, "Rational Chebyshev approximations
/// for the error function", Math. Comp. 23 (1969), one for each of three ranges.
/// </summary>
internal static class ErrorFunction
{
    private static readonly double[] A = [3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02, 3.20937758913846947e03, 1.85777706184603153e-1];
    private static readonly double[] B = [2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03];
    private static readonly double[] C =
    [
        5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e01, 2.98635138197400131e02, 8.81952221241769090e02,
        1.71204761263407058e03, 2.05107837782607147e03, 1.23033935479799725e03, 2.15311535474403846e-8,
    ];
    private static readonly double[] D =
    [
        1.57449261107098347e01, 1.17693950891312499e02, 5.37181101862009858e02, 1.62138957456669019e03,
        3.29079923573345963e03, 4.36261909014324716e03, 3.43936767414372164e03, 1.23033935480374942e03,
    ];
    private static readonly double[] P = [3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2];
    private static readonly double[] Q = [2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3];

    /// <summary>Appends erf of a value.</summary>
    public static Value Of(Value x)
    {
        var e = x.Emitter;
        var y = x.Apply("Abs");
        var near = Near(x, Clamp(y, 0, 0.46875));
        var middle = 1 - Middle(Clamp(y, 0.46875, 4));
        var far = 1 - Far(Clamp(y, 4, 26));
        return (y < 0.46875).Choose(near, x.Sign() * (y < 4).Choose(middle, far));

        Value Clamp(Value value, double low, double high) => e.Op("Clip", value, e.Scalar(low), e.Scalar(high));
    }

    private static Value Near(Value x, Value y)
    {
        var (top, bottom) = Ratio(y * y, A[4], A.AsSpan(0, 3), B.AsSpan(0, 3));
        return x * (top + A[3]) / (bottom + B[3]);
    }

    private static Value Middle(Value y)
    {
        var (top, bottom) = Ratio(y, C[8], C.AsSpan(0, 7), D.AsSpan(0, 7));
        return (-(y * y)).Exp() * ((top + C[7]) / (bottom + D[7]));
    }

    private static Value Far(Value y)
    {
        var inverse = 1 / (y * y);
        var (top, bottom) = Ratio(inverse, P[5], P.AsSpan(0, 4), Q.AsSpan(0, 4));
        var tail = inverse * (top + P[4]) / (bottom + Q[4]);
        return (-(y * y)).Exp() * (1 / Math.Sqrt(Math.PI) - tail) / y;
    }

    private static (Value Top, Value Bottom) Ratio(Value z, double lead, ReadOnlySpan<double> top, ReadOnlySpan<double> bottom)
    {
        var (numerator, denominator) = (z * lead, z);
        for (var index = 0; index < top.Length; index++)
        {
            numerator = (numerator + top[index]) * z;
            denominator = (denominator + bottom[index]) * z;
        }
        return (numerator, denominator);
    }
}
