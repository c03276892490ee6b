using CsCheck;
using Reverie.Onnx;

namespace Reverie.Tests.Onnx;

public class DimTests
{
    private static readonly Dim N = Dim.Symbol("N"), H = Dim.Symbol("H"), W = Dim.Symbol("W");

    [Fact]
    public void Products_divide_exactly_where_polynomials_do()
    {
        Assert.Equal(H * W, (N * 512 * H * W).DivideExactly(N * 512));
        Assert.Equal(N * 4, ((H + 1) * (W - 2) * N * 4).DivideExactly((W - 2) * (H + 1)));
        Assert.Equal(H.CeilDiv(2), (H.CeilDiv(2) * W * 3).DivideExactly(W * 3));
        Assert.Equal(0, Dim.Of(0).DivideExactly(H));
        Assert.Null((H * W + 1).DivideExactly(W));
        Assert.Null((H * 3).DivideExactly(2));
        Assert.Null(H.DivideExactly(0));
        Assert.Equal("floor((H)/(W))", H.FloorDiv(W).ToString());
        Assert.Throws<DivideByZeroException>(() => H.FloorDiv(Dim.Of(0)));
    }

    [Fact]
    public void The_greater_is_known_where_bounds_tell()
    {
        Assert.Equal(H + 2, Dim.Max(H, H + 2));
        Assert.Equal(H, Dim.Max(1, H));
        Assert.Equal(H.FloorDiv(2), Dim.Min(H.FloorDiv(2), H.CeilDiv(2)));
        Assert.Equal(H, Dim.Max(H.FloorDiv(3), H));
        Assert.Equal("min(H,112)", Dim.Min(112, H).ToString().Replace("min(112,H)", "min(H,112)", StringComparison.Ordinal));
        Assert.Equal(112, Dim.Min(112, H).Evaluate(new Dictionary<string, long> { ["H"] = 500 }));
    }

    [Fact]
    public void A_name_is_never_mistaken_for_an_expression()
    {
        Assert.NotEqual(H.FloorDiv(2), Dim.Symbol(H.FloorDiv(2).ToString()));
        Assert.NotEqual(H * W, Dim.Symbol("H*W"));
        Assert.Equal(["H", "W"], (Dim.Max(H, 7) * W).Symbols);
    }

    [Fact]
    public void Overflow_is_an_error_not_a_wrong_number()
    {
        Assert.Throws<OverflowException>(() => Dim.Of(long.MaxValue) * 2);
        Assert.Throws<OverflowException>(() => (H * long.MaxValue) + (H * long.MaxValue));
        Assert.Throws<OverflowException>(() => (H * W).Evaluate(new Dictionary<string, long> { ["H"] = 1L << 32, ["W"] = 1L << 32 }));
    }

    [Fact]
    public void Expressions_compute_what_integers_compute() =>
        Gen.Int.Sample(seed =>
        {
            // the same random computation on expressions and on numbers
            var random = new Random(seed);
            var sizes = new Dictionary<string, long> { ["N"] = random.Next(1, 5), ["H"] = random.Next(1, 300), ["W"] = random.Next(1, 300) };
            List<(Dim Dim, long Value)> known = [(N, sizes["N"]), (H, sizes["H"]), (W, sizes["W"]), (random.Next(-9, 10), 0)];
            known[3] = (known[3].Dim, known[3].Dim.Value!.Value);
            for (var step = 0; step < 8; step++)
            {
                var (left, a) = known[random.Next(known.Count)];
                var (right, b) = known[random.Next(known.Count)];
                long divisor = random.Next(1, 6);
                var next = random.Next(7) switch
                {
                    0 => (left + right, a + b),
                    1 => (left - right, a - b),
                    2 when Math.Abs((double)a * b) < 1e6 => (left * right, a * b),
                    3 => (left.FloorDiv(divisor), (long)Math.Floor((double)a / divisor)),
                    4 => (left.CeilDiv(divisor), (long)Math.Ceiling((double)a / divisor)),
                    5 => (Dim.Max(left, right), Math.Max(a, b)),
                    _ => (Dim.Min(left, right), Math.Min(a, b)),
                };
                Assert.Equal(next.Item2, next.Item1.Evaluate(sizes));
                Assert.True(next.Item1.Least() is not { } least || least <= next.Item2, $"{next.Item1} >= {next.Item1.Least()}");
                Assert.True(next.Item1.Most() is not { } most || most >= next.Item2, $"{next.Item1} <= {next.Item1.Most()}");
                Assert.Equal(next.Item2, next.Item1.Substitute(sizes.ToDictionary(size => size.Key, size => Dim.Of(size.Value))).Value);
                if (next.Item2 != 0) Assert.Equal(left, (left * next.Item1).DivideExactly(next.Item1) ?? left);
                known.Add(next);
            }
        }, iter: 3000, threads: 1);
}
