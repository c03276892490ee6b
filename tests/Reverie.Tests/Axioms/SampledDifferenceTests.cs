using CsCheck;
using Reverie.Axioms;

namespace Reverie.Tests.Axioms;

/// <summary>Four standard errors: noise passes, and what is unequal however often one draws does not.</summary>
public sealed class SampledDifferenceTests
{
    private static readonly Gen<(int Runs, int Length, ulong Seed)> Games = Gen.Select(Gen.Int[4, 12], Gen.Int[20, 200], Gen.ULong);

    [Fact]
    public void Noise_passes() => Games.Sample(game => Assert.True(SampledDifference.Of(Runs(game, 0)).IsNoise), iter: 300, threads: 1);

    [Fact]
    public void A_bias_is_seen_through_noise_of_its_own_size() => Games.Sample(game =>
    {
        // a difference of 6 of the standard deviations of a run, in every element
        var found = SampledDifference.Of(Runs(game, 6));
        Assert.False(found.IsNoise, $"{found.Relative} of {found.StandardError}");
    }, iter: 300, threads: 1);

    [Fact]
    public void The_standard_error_falls_as_runs_are_added()
    {
        var (few, many) = (SampledDifference.Of(Runs((4, 5000, 1), 0)), SampledDifference.Of(Runs((64, 5000, 1), 0)));
        Assert.Equal(4, few.StandardError / many.StandardError, 0.2);
        // and it is what the difference comes to where nothing but noise is there
        Assert.Equal(1, few.Relative / few.StandardError, 0.1);
    }

    [Fact]
    public void Runs_that_are_all_alike_leave_no_room_for_noise()
    {
        Assert.True(SampledDifference.Of([([1.0, 2], [1.0, 2]), ([1.0, 2], [1.0, 2])]).IsNoise);
        Assert.False(SampledDifference.Of([([1.0, 2], [1.0, 2.01]), ([1.0, 2], [1.0, 2.01])]).IsNoise);
        Assert.False(SampledDifference.Of([([0.0], [1.0]), ([0.0], [1.0])]).IsNoise);
    }

    private static List<(double[], double[])> Runs((int Runs, int Length, ulong Seed) game, double bias)
    {
        var random = new CounterRandom(game.Seed, 1);
        return [.. Enumerable.Range(0, game.Runs).Select(_ => (Draw(bias), Draw(0)))];

        // the difference of two has a standard deviation of 1
        double[] Draw(double mean) => [.. Enumerable.Range(0, game.Length).Select(_ => 3 + mean + random.Normal() / Math.Sqrt(2))];
    }
}
