using CsCheck;
using Reverie.Style.Optimisation;

namespace Reverie.Tests.Style;

public class GrainTests
{
    [Fact]
    public void The_change_of_variables_is_symmetric_and_keeps_what_is_even() =>
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7], Gen.Double[0, 1], Gen.ULong).Sample((height, width, share, seed) =>
        {
            var random = new CounterRandom(seed);
            var (left, right, mixed) = (new float[3 * height * width], new float[3 * height * width], new float[3 * height * width]);
            random.FillNormal(left);
            random.FillNormal(right);
            var grain = new Grain(height, width, share);
            grain.Apply(left, mixed);
            var one = mixed.Zip(right, (a, b) => (double)a * b).Sum();
            grain.Apply(right, mixed);
            Assert.Equal(one, mixed.Zip(left, (a, b) => (double)a * b).Sum(), 1e-4);
            Array.Fill(left, 0.25f);
            grain.Apply(left, mixed);
            Assert.All(mixed, value => Assert.Equal(0.25f, value, 1e-6f));
        }, iter: 200);

    [Fact]
    public void The_finest_pattern_is_as_small_as_the_share()
    {
        var chequers = Enumerable.Range(0, 3 * 64).Select(index => (index / 8 + index) % 2 == 0 ? 1f : -1f).ToArray();
        var mixed = new float[chequers.Length];
        new Grain(8, 8, 0.1).Apply(chequers, mixed);
        for (var y = 3; y < 5; y++)
            for (var x = 3; x < 5; x++) Assert.Equal(0.1f, Math.Abs(mixed[y * 8 + x]), 1e-6f);
    }
}
