namespace Reverie;

/// <summary>
/// Random numbers that are a pure function of (seed, stream, index, position): the Philox4x32-10 generator of Salmon, Moraes, Dror and Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). The same on every machine to the bit, normal deviates included: only integer
/// arithmetic and the operations that IEEE 754 rounds exactly are used.
/// <para>
/// Give each use of chance its own stream and each step, frame or octave its own index: <c>new CounterRandom(seed, stream: 2, index: step)</c>
/// does not depend on what was drawn before, so a run can be resumed or tiled and stays the same. Each (seed, stream, index) has 2^34 numbers
/// of 32 bits. Not for cryptography. Not safe for use by several threads at once; make one for each.
/// </para>
/// </summary>
public sealed class CounterRandom
{
    private readonly uint[] _block = new uint[4];
    private uint _counter;
    private int _used = 4;
    private bool _exhausted;

    /// <summary>Starts at the first number of (<paramref name="seed"/>, <paramref name="stream"/>, <paramref name="index"/>).</summary>
    public CounterRandom(ulong seed, ulong stream = 0, uint index = 0) => (Seed, Stream, Index) = (seed, stream, index);

    /// <summary>The user's seed.</summary>
    public ulong Seed { get; }

    /// <summary>What the numbers are for.</summary>
    public ulong Stream { get; }

    /// <summary>Which step, frame or octave they are for.</summary>
    public uint Index { get; }

    /// <summary>The generator of the same seed and stream at another index, from its first number.</summary>
    public CounterRandom At(uint index) => new(Seed, Stream, index);

    /// <summary>32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_used == 4)
        {
            if (_exhausted) throw new InvalidOperationException("the 2^34 numbers of this seed, stream and index are used up; take another index");
            Philox(_block, Seed, _counter, Index, Stream);
            _exhausted = ++_counter == 0;
            _used = 0;
        }
        return _block[_used++];
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64() => NextUInt32() | (ulong)NextUInt32() << 32;

    /// <summary>Uniform in [0, 1): a multiple of 2^-53.</summary>
    public double Uniform() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [<paramref name="minimum"/>, <paramref name="maximum"/>), up to rounding.</summary>
    public double Uniform(double minimum, double maximum) => minimum + (maximum - minimum) * Uniform();

    /// <summary>A whole number from <paramref name="minimum"/> to <paramref name="maximum"/>, both included, each equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is less than the minimum.</exception>
    public int Next(int minimum, int maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        var count = (ulong)((long)maximum - minimum + 1);
        // Lemire 2019: the high half of bits·count is uniform once the few low halves that would favour some outcomes are drawn again.
        var unfair = (1UL << 32) % count;
        ulong product;
        do product = NextUInt32() * count;
        while ((uint)product < unfair);
        return (int)(minimum + (long)(product >> 32));
    }

    /// <summary>A standard normal deviate: the inverse of the normal distribution at a uniform one, so one draw costs 64 bits.</summary>
    public double Normal() => NormalQuantile.At(((NextUInt64() >> 11) + 0.5) * (1.0 / (1UL << 53)));

    /// <summary>A normal deviate of the given mean and standard deviation.</summary>
    public double Normal(double mean, double deviation) => mean + deviation * Normal();

    /// <summary>Fills with uniform values in [minimum, maximum), rounded to float (which may give the maximum itself).</summary>
    public void FillUniform(Span<float> values, float minimum = 0, float maximum = 1)
    {
        for (var i = 0; i < values.Length; i++) values[i] = (float)Uniform(minimum, maximum);
    }

    /// <summary>Fills with normal values.</summary>
    public void FillNormal(Span<float> values, float mean = 0, float deviation = 1)
    {
        for (var i = 0; i < values.Length; i++) values[i] = (float)Normal(mean, deviation);
    }

    /// <summary>Puts the numbers 0 .. length-1 into a random order (Fisher and Yates).</summary>
    public int[] Permutation(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var order = new int[length];
        for (var i = 0; i < length; i++)
        {
            var j = Next(0, i);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /// <summary>Ten rounds on the counter (block, index, stream low, stream high) under the key (seed low, seed high).</summary>
    internal static void Philox(Span<uint> output, ulong seed, uint block, uint index, ulong stream)
    {
        var (a, b, c, d) = (block, index, (uint)stream, (uint)(stream >> 32));
        var (k, l) = ((uint)seed, (uint)(seed >> 32));
        for (var round = 0; round < 10; round++)
        {
            var p = 0xD2511F53UL * a;
            var q = 0xCD9E8D57UL * c;
            (a, b, c, d) = ((uint)(q >> 32) ^ b ^ k, (uint)q, (uint)(p >> 32) ^ d ^ l, (uint)p);
            k += 0x9E3779B9;
            l += 0xBB67AE85;
        }
        (output[0], output[1], output[2], output[3]) = (a, b, c, d);
    }
}
