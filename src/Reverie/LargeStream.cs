using System.Runtime.InteropServices;

namespace Reverie;

/// <summary>Reads and writes arrays whose bytes may be more than the 2^31 that one span of bytes can hold.</summary>
internal static class LargeStream
{
    private const int BlockBytes = 1 << 20;

    /// <summary>Writes the values' bytes as they lie in memory.</summary>
    public static unsafe void WriteLarge<T>(this Stream stream, ReadOnlySpan<T> values) where T : unmanaged
    {
        for (var block = BlockBytes / sizeof(T); !values.IsEmpty; values = values[Math.Min(block, values.Length)..])
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(block, values.Length)]));
    }

    /// <summary>Fills the values from the stream's bytes.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before.</exception>
    public static unsafe void ReadLarge<T>(this Stream stream, Span<T> values) where T : unmanaged
    {
        for (var block = BlockBytes / sizeof(T); !values.IsEmpty; values = values[Math.Min(block, values.Length)..])
            stream.ReadExactly(MemoryMarshal.AsBytes(values[..Math.Min(block, values.Length)]));
    }
}
