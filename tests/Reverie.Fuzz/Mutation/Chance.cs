using System.Buffers.Binary;

namespace Reverie.Fuzz.Mutation;

/// <summary>The random choices of one case, and the values that break programs.</summary>
internal sealed class Chance(ulong seed, long index)
{
    private static readonly long[] Edges =
    [
        0, 1, 2, 3, 4, 5, 7, 8, 16, 31, 32, 63, 64, 127, 128, 255, 256, 1000, 4096, 32767, 32768, 65535, 65536, 1 << 20, (1 << 24) + 1, 1 << 30,
        int.MaxValue - 1, int.MaxValue, 1L << 31, uint.MaxValue, 1L << 32, 1L << 40, 1L << 62, long.MaxValue - 1, long.MaxValue, long.MinValue, -1, -2, -3, -4, -8, -128, int.MinValue,
    ];

    private static readonly float[] Floats = [0, -0f, 1, -1, 0.5f, 2, 1e-45f, 1e-38f, -1e-5f, 1e10f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN];

    private static readonly string[] Texts =
        ["", " ", "x", "data", "\0", "a\nb", "\u001b[2J", "..", "../../etc/passwd", "/dev/zero", "C:\\x", "%s%n", "é", "\u202e", "😀", "'", "\"", "{}", new('n', 1500), new('z', 70_000)];

    // Case and seed together choose the choices; the multiplier is that of Knuth's MMIX.
    private readonly Random _random = new(unchecked((int)((seed * 6364136223846793005UL + (ulong)index * 1442695040888963407UL) >> 33)));

    public int Below(int count) => _random.Next(count);

    public bool OneIn(int count) => _random.Next(count) == 0;

    public T Of<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    public long Integer(long old) => _random.Next(8) switch
    {
        0 => unchecked(old + 1),
        1 => unchecked(old - 1),
        2 => unchecked(old * 2),
        3 => unchecked(-old),
        4 => old / 2,
        _ => Of(Edges),
    };

    public float Float(float old) => _random.Next(4) switch { 0 => -old, 1 => old * 2, _ => Of(Floats) };

    public string Text() => Of(Texts);

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Bytes with a little damage: bits flipped, numbers of several widths overwritten, parts cut out, put in, repeated, or the end cut off.</summary>
    public byte[] Damaged(byte[] bytes)
    {
        if (bytes.Length == 0) return Bytes(1 + Below(8));
        var at = Below(bytes.Length);
        switch (Below(9))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1 + Below(8))..]];
            case 2:
                return [.. bytes[..at], .. Bytes(1 + Below(8)), .. bytes[at..]];
            case 3:
                return [.. bytes[..Math.Min(bytes.Length, at + 1 + Below(32))], .. bytes[at..]];
            case 4:
                return Written(bytes, at, 2);
            case 5:
                return Written(bytes, at, 4);
            case 6:
                return Written(bytes, at, 8);
            default:
                var flipped = (byte[])bytes.Clone();
                for (var count = 1 + Below(4); count > 0; count--) flipped[Below(bytes.Length)] ^= (byte)(1 << Below(8));
                return flipped;
        }
    }

    private byte[] Written(byte[] bytes, int at, int width)
    {
        if (at + width > bytes.Length) return bytes[..at];
        var changed = (byte[])bytes.Clone();
        var number = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, Of(Edges));
        if (OneIn(2)) number.AsSpan(0, width).Reverse();
        number.AsSpan(0, width).CopyTo(changed.AsSpan(at));
        return changed;
    }
}
