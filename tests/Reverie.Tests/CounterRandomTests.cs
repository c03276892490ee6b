namespace Reverie.Tests;

public class CounterRandomTests
{
    /// <summary>The known answers for philox4x32-10 that its authors publish with Random123 (kat_vectors).</summary>
    [Theory]
    [InlineData(0, 0u, 0u, 0, new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [InlineData(ulong.MaxValue, uint.MaxValue, uint.MaxValue, ulong.MaxValue, new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    [InlineData(0x299f31d0a4093822, 0x243f6a88u, 0x85a308d3u, 0x0370734413198a2e, new uint[] { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 })]
    public void Philox_gives_the_published_answers(ulong seed, uint block, uint index, ulong stream, uint[] expected)
    {
        var output = new uint[4];
        CounterRandom.Philox(output, seed, block, index, stream);
        Assert.Equal(expected, output);
    }

    [Fact]
    public void The_sequence_is_frozen()
    {
        // Recipes made today must replay in every later version; these numbers may never change.
        var random = new CounterRandom(seed: 7, stream: 3, index: 11);
        Assert.Equal([30, 25, -32, 27], Enumerable.Range(0, 4).Select(_ => random.Next(-32, 32)));
        Assert.Equal(4599554488339714930UL, BitConverter.DoubleToUInt64Bits(random.Uniform()));
        Assert.Equal(13828962217508590543UL, BitConverter.DoubleToUInt64Bits(random.Normal()));
    }

    [Fact]
    public void Streams_and_indices_do_not_repeat_each_other()
    {
        var seen = new HashSet<ulong>();
        for (ulong seed = 0; seed < 4; seed++)
            for (ulong stream = 0; stream < 8; stream++)
                for (uint index = 0; index < 8; index++)
                {
                    var random = new CounterRandom(seed, stream, index);
                    for (var i = 0; i < 64; i++) Assert.True(seen.Add(random.NextUInt64()));
                }
    }

    [Fact]
    public void At_starts_over_at_another_index()
    {
        var random = new CounterRandom(5, 6);
        random.NextUInt64();
        Assert.Equal(new CounterRandom(5, 6, 9).NextUInt64(), random.At(9).NextUInt64());
    }

    [Theory]
    [InlineData(-32, 32)]
    [InlineData(0, 0)]
    [InlineData(5, 6)]
    public void Next_reaches_both_ends_and_is_fair(int minimum, int maximum)
    {
        var count = maximum - minimum + 1;
        var hits = new int[count];
        var random = new CounterRandom(1);
        for (var i = 0; i < 2000 * count; i++) hits[random.Next(minimum, maximum) - minimum]++;
        Assert.All(hits, h => Assert.InRange(h, 1780, 2220));   // five standard deviations
    }

    [Fact]
    public void Next_covers_all_integers()
    {
        var random = new CounterRandom(1);
        var values = Enumerable.Range(0, 1000).Select(_ => random.Next(int.MinValue, int.MaxValue)).ToArray();
        Assert.InRange(values.Count(v => v < 0), 420, 580);
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(1, 0));
    }

    [Fact]
    public void Normal_has_the_moments_of_the_normal_distribution()
    {
        var random = new CounterRandom(2);
        const int n = 200_000;
        double sum = 0, square = 0, cube = 0, fourth = 0;
        for (var i = 0; i < n; i++)
        {
            var x = random.Normal();
            sum += x;
            square += x * x;
            cube += x * x * x;
            fourth += x * x * x * x;
        }
        Assert.Equal(0, sum / n, 0.012);
        Assert.Equal(1, square / n, 0.017);
        Assert.Equal(0, cube / n, 0.05);
        Assert.Equal(3, fourth / n, 0.12);
    }

    /// <summary>Values of Python's statistics.NormalDist().inv_cdf.</summary>
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.9599639845400534)]
    [InlineData(0.05, -1.6448536269514729)]
    [InlineData(1e-5, -4.264890793922825)]
    [InlineData(1e-16, -8.222082216130437)]
    [InlineData(1 - 1e-9, 5.997807019601637)]
    public void The_normal_quantile_is_right(double probability, double expected) =>
        Assert.Equal(expected, NormalQuantile.At(probability), 1e-13 + 1e-14 * Math.Abs(expected));

    [Fact]
    public void The_logarithm_is_right_to_the_last_bits()
    {
        for (var x = 1e-300; x < 1e300; x *= 1.37)
            Assert.Equal(1, NormalQuantile.Log(x) / Math.Log(x), 1e-15);
    }

    [Fact]
    public void A_permutation_is_one()
    {
        var order = new CounterRandom(3).Permutation(1000);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
        Assert.NotEqual(Enumerable.Range(0, 1000), order);
        Assert.Empty(new CounterRandom(3).Permutation(0));
    }
}
