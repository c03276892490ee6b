using System.Buffers;

namespace Reverie.Models;

/// <summary>Files that are part of the library itself.</summary>
internal static class Resources
{
    /// <summary>A file's bytes as they lie in the mapped library, without a copy.</summary>
    public static unsafe ReadOnlyMemory<byte> Bytes(string name)
    {
        // The runtime maps the assembly and never unmaps it, so that the pointer stays good.
        using var stream = (UnmanagedMemoryStream)Open(name);
        return new MappedResource(stream.PositionPointer, checked((int)stream.Length)).Memory;
    }

    /// <summary>The lines of a text file.</summary>
    public static IEnumerable<string> Lines(string name)
    {
        using var reader = new StreamReader(Open(name));
        while (reader.ReadLine() is { } line) yield return line;
    }

    /// <summary>A file as a stream.</summary>
    public static Stream Open(string name) => typeof(Resources).Assembly.GetManifestResourceStream($"Reverie.{name}")
        ?? throw new InvalidOperationException($"the resource {name} is missing from the library");

    private sealed unsafe class MappedResource(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex, default, this);

        public override void Unpin() { }

        protected override void Dispose(bool disposing) { }
    }
}
