using CsCheck;
using Reverie.Style.Optimisation;

namespace Reverie.Tests.Style;

public class OptimizerTests
{
    [Fact]
    public void Lbfgs_finds_the_minimum_of_rosenbrocks_valley()
    {
        var x = new float[] { -1.2f, 1, -1.2f, 1 };
        new Lbfgs(4) { FirstStep = 0.1 }.Minimize(x, Limited(400, Rosenbrock));
        Assert.All(x, value => Assert.Equal(1, value, 2e-3f));
    }

    [Fact]
    public void Lbfgs_solves_quadratics_of_any_conditioning() => Gen.Double[0, 3].Array[20].Sample(exponents =>
    {
        var curvature = exponents.Select(exponent => Math.Pow(10, exponent)).ToArray();
        var x = Enumerable.Repeat(1f, 20).ToArray();
        new Lbfgs(20).Minimize(x, Limited(400, Quadratic(curvature)));
        var left = x.Select((value, index) => curvature[index] * (value - 0.5f) * (value - 0.5f)).Sum() / curvature.Sum(each => each * 0.25);
        Assert.True(left < 1e-6, $"{left}");
    }, iter: 20);

    [Fact]
    public void Lbfgs_never_goes_up_and_keeps_the_best_point()
    {
        var values = new List<double>();
        var x = new float[] { -1.2f, 1 };
        new Lbfgs(2) { FirstStep = 0.5 }.Minimize(x, Limited(60, (at, gradient) =>
        {
            var value = Rosenbrock(at, gradient);
            values.Add(value);
            return value;
        }));
        Assert.Equal(values.Min(), Rosenbrock(x, new float[2]));
    }

    [Fact]
    public void Pairs_in_scratch_files_change_nothing()
    {
        const int Length = 3 * 100_003;   // more than one chunk, and no multiple of a block
        var results = new List<float[]>();
        foreach (var streamed in new[] { false, true })
        {
            var x = new float[Length];
            var (small, large) = (new Lbfgs(Length, 3, streamed), new Lbfgs(Length, 2, streamed));
            foreach (var optimizer in new[] { small, large })
            {
                if (optimizer == large) large.Carry(small, (from, to) => from.CopyTo(to, 0));
                optimizer.Minimize(x, Limited(12, (at, gradient) =>
                {
                    var value = 0.0;
                    for (var index = 0; index < at.Length; index++)
                    {
                        var (curvature, offset) = (1 + index % 7, at[index] - index % 5);
                        gradient[index] = curvature * offset;
                        value += 0.5 * curvature * offset * offset;
                    }
                    return value;
                }));
                using var state = new MemoryStream();
                using (var writer = new BinaryWriter(state, System.Text.Encoding.UTF8, leaveOpen: true)) optimizer.Save(writer);
                results.Add([.. x, .. state.ToArray().Select(each => (float)each)]);
            }
            small.Release();
            large.Release();
        }
        Assert.True(results[0].AsSpan().SequenceEqual(results[2]));
        Assert.True(results[1].AsSpan().SequenceEqual(results[3]));
    }

    [Fact]
    public void A_wall_of_values_that_are_not_finite_only_shortens_the_step()
    {
        var x = new float[] { 3, 3 };
        new Lbfgs(2) { FirstStep = 100 }.Minimize(x, Limited(200, (at, gradient) =>
        {
            var value = 0.0;
            for (var index = 0; index < at.Length; index++)
            {
                if (at[index] <= 0.01f) return double.NaN;
                value += at[index] - Math.Log(at[index]);
                gradient[index] = 1 - 1 / at[index];
            }
            return value;
        }));
        Assert.All(x, value => Assert.Equal(1, value, 1e-2f));
    }

    [Fact]
    public void A_flat_function_ends_stuck_and_the_tolerance_ends_early()
    {
        Assert.Equal(OptimizerEnd.Stuck, new Lbfgs(2).Minimize([1, 2], Limited(50, (_, gradient) =>
        {
            gradient.Clear();
            return 1;
        })));
        var calls = 0;
        var spread = Quadratic([.. Enumerable.Range(0, 100).Select(index => Math.Pow(10, index / 25.0))]);
        Assert.Equal(OptimizerEnd.Converged, new Lbfgs(100) { Tolerance = 1e-2 }.Minimize(new float[100], Limited(1000, (at, gradient) =>
        {
            calls++;
            return 1000 + spread(at, gradient);
        })));
        Assert.InRange(calls, Optimizer.Window, 200);
    }

    [Fact]
    public void Steps_allocate_nothing()
    {
        var x = new float[1000];
        var curvature = Enumerable.Range(1, 1000).Select(index => (double)index).ToArray();
        long first = 0, last = 0;
        var calls = 0;
        var quadratic = Quadratic(curvature);
        foreach (var optimizer in new Optimizer[] { new Lbfgs(1000), new Adam(1000) })
        {
            calls = 0;
            optimizer.Minimize(x, (ReadOnlySpan<float> at, Span<float> gradient, out double value) =>
            {
                value = quadratic(at, gradient);
                if (calls == 20) first = GC.GetAllocatedBytesForCurrentThread();
                last = GC.GetAllocatedBytesForCurrentThread();
                return ++calls <= 60;
            });
            Assert.Equal(first, last);
            Array.Fill(x, 0f);
        }
    }

    [Fact]
    public void Adam_averages_its_iterates_within_bounds()
    {
        var x = new float[] { 0.9f, 0.1f, 0.5f };
        new Adam(3).Minimize(x, Limited(600, (at, gradient) =>
        {
            // noise of alternating sign, which the average takes out; the third variable wants to leave the bounds
            Flip = -Flip;
            gradient[0] = 2 * (at[0] - 0.3f) + Flip;
            gradient[1] = 2 * (at[1] - 0.6f) + Flip;
            gradient[2] = -1;
            return 1;
        }));
        Assert.Equal(0.3f, x[0], 0.02f);
        Assert.Equal(0.6f, x[1], 0.02f);
        Assert.Equal(1f, x[2], 1e-3f);
    }

    [Fact]
    public void Adam_goes_back_where_a_value_is_not_finite()
    {
        var x = new float[] { 0.8f };
        var calls = 0;
        new Adam(1).Minimize(x, Limited(300, (at, gradient) =>
        {
            if (++calls is 3 or 40 or 90) return double.NaN;
            gradient[0] = 2 * (at[0] - 0.4f);
            return 1;
        }));
        Assert.Equal(0.4f, x[0], 0.1f);
    }

    [Fact]
    public void What_was_learnt_is_carried_to_another_length()
    {
        var small = new Lbfgs(4);
        small.Minimize([1, 1, 1, 1], Limited(12, Quadratic([1, 10, 100, 1000])));
        var large = new Lbfgs(8, 3);
        large.Carry(small, (vector, twice) =>
        {
            vector.CopyTo(twice, 0);
            vector.CopyTo(twice, vector.Length);
        });
        Assert.Equal(3, large.Remembered);
        var x = Enumerable.Repeat(1f, 8).ToArray();
        large.Minimize(x, Limited(60, Quadratic([1, 10, 100, 1000, 1, 10, 100, 1000])));
        Assert.All(x, value => Assert.Equal(0.5f, value, 1e-2f));
    }

    private static float Flip = 0.2f;

    private delegate double Function(ReadOnlySpan<float> x, Span<float> gradient);

    private static DifferentiableFunction Limited(int calls, Function function)
    {
        var left = calls;
        return (ReadOnlySpan<float> x, Span<float> gradient, out double value) =>
        {
            value = 0;
            if (left-- == 0) return false;
            value = function(x, gradient);
            return true;
        };
    }

    private static Function Quadratic(double[] curvature) => (x, gradient) =>
    {
        var value = 0.0;
        for (var index = 0; index < x.Length; index++)
        {
            var difference = x[index] - 0.5f;
            value += curvature[index] * difference * difference;
            gradient[index] = (float)(2 * curvature[index] * difference);
        }
        return value;
    };

    private static double Rosenbrock(ReadOnlySpan<float> x, Span<float> gradient)
    {
        var value = 0.0;
        gradient.Clear();
        for (var index = 0; index < x.Length; index += 2)
        {
            double a = 1 - x[index], b = x[index + 1] - (double)x[index] * x[index];
            value += a * a + 100 * b * b;
            gradient[index] = (float)(-2 * a - 400 * b * x[index]);
            gradient[index + 1] = (float)(200 * b);
        }
        return value;
    }
}
