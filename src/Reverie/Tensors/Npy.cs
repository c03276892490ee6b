using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Reverie.Tensors;

/// <summary>
/// Reads and writes NumPy's .npy files (numpy.lib.format, versions 1.0 to 3.0; C order, little-endian float32, float64, and, reading only, int64).
/// </summary>
public static class Npy
{
    private const int LongestHeader = 1 << 16;
    private static readonly byte[] Magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="ReverieException">
    /// The file is missing, unreadable, no .npy file, of another type or order, has too many values for one array, or is shorter or longer than
    /// its header says. Nothing is allocated before the size of the file has been found to match the header.
    /// </exception>
    public static NpyArray Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stream = InputFile.Open(path, "array");
        try
        {
            var header = ReadHeader(stream, path);
            if (header.FortranOrder)
                throw new ReverieException($"'{path}' is in Fortran order, which is not read; save it with numpy.ascontiguousarray(x)");
            return header.Type switch
            {
                "<f4" or "=f4" => new NpyArray(header.Shape, ReadValues<float>(stream, header, path)),
                "<f8" or "=f8" => new NpyArray(header.Shape, ReadValues<double>(stream, header, path)),
                "<i8" or "=i8" => new NpyArray(header.Shape, ReadValues<long>(stream, header, path)),
                var type => throw new ReverieException(
                    $"'{path}' holds values of type '{Shown(type)}'; float32, float64 and int64 (little-endian) are read: save it with x.astype('<f4')"),
            };
        }
        catch (EndOfStreamException e)
        {
            throw new ReverieException($"'{path}' is cut off; save or copy it again", e);
        }
        catch (IOException e)
        {
            throw new ReverieException($"cannot read '{path}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Writes float32 values, whole or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="values">The values in C order.</param>
    /// <param name="shape">The dimensions; their product must be the number of values.</param>
    /// <param name="overwrite">Whether an existing file is replaced; by default it is refused.</param>
    /// <exception cref="ReverieException">The file exists or cannot be written.</exception>
    /// <exception cref="ArgumentException">The shape does not fit the number of values.</exception>
    public static void Write(string path, ReadOnlySpan<float> values, ReadOnlySpan<long> shape, bool overwrite = false) =>
        Write(path, "<f4", values, shape, overwrite);

    /// <summary>Writes float64 values, whole or not at all; as the float32 form.</summary>
    /// <inheritdoc cref="Write(string, ReadOnlySpan{float}, ReadOnlySpan{long}, bool)"/>
    public static void Write(string path, ReadOnlySpan<double> values, ReadOnlySpan<long> shape, bool overwrite = false) =>
        Write(path, "<f8", values, shape, overwrite);

    private static unsafe void Write<T>(string path, string type, ReadOnlySpan<T> values, ReadOnlySpan<long> shape, bool overwrite) where T : unmanaged
    {
        if (Count(shape) != values.Length)
            throw new ArgumentException($"{values.Length} values do not fill the shape [{string.Join(',', shape.ToArray())}]", nameof(shape));
        RequireLittleEndian();
        var header = Header(new NpyHeader(type, FortranOrder: false, shape.ToArray()));
        fixed (T* start = values)
        {
            var (address, length) = ((nint)start, values.Length);   // a lambda can capture neither a span nor a fixed pointer
            AtomicFile.Write(path, overwrite, stream =>
            {
                stream.Write(header);
                stream.WriteLarge(MemoryMarshal.CreateReadOnlySpan(ref *(T*)address, length));
            });
        }
    }

    /// <summary>Magic, version 1.0, length and literal, padded with blanks so that the values begin at a multiple of 64 bytes.</summary>
    private static byte[] Header(NpyHeader header)
    {
        var literal = header.ToString();
        var total = (Magic.Length + 4 + literal.Length + 1 + 63) / 64 * 64;
        var bytes = new byte[total];
        bytes.AsSpan().Fill((byte)' ');
        Magic.CopyTo(bytes, 0);
        (bytes[6], bytes[7]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), checked((ushort)(total - 10)));
        Encoding.ASCII.GetBytes(literal, bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    private static NpyHeader ReadHeader(FileStream stream, string path)
    {
        Span<byte> start = stackalloc byte[12];
        var got = stream.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false);
        if (got < Magic.Length || !start.StartsWith(Magic))
            throw new ReverieException($"'{path}' is not a .npy file; write one with numpy.save");
        if (got < 10) throw new EndOfStreamException();
        var version = start[6];
        if (version is < 1 or > 3)
            throw new ReverieException($"'{path}' is a .npy file of version {version}.{start[7]}; versions 1 to 3 are read");
        long length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (version > 1)
        {
            stream.ReadExactly(start.Slice(10, 2));
            length = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        }
        if (length > LongestHeader) throw new ReverieException($"'{path}' has a .npy header of {length} bytes, which no array needs; save it again");
        var literal = new byte[length];
        stream.ReadExactly(literal);
        return NpyHeader.Parse(Encoding.Latin1.GetString(literal))
            ?? throw new ReverieException($"'{path}' has a .npy header that is malformed or of a structured type; save a plain array with numpy.save");
    }

    private static unsafe T[] ReadValues<T>(FileStream stream, NpyHeader header, string path) where T : unmanaged
    {
        RequireLittleEndian();
        var count = Count(header.Shape);
        if (count > Array.MaxLength)
            throw new ReverieException($"'{path}' says it holds [{string.Join(',', header.Shape)}] values, more than one array can ({Array.MaxLength})");
        var rest = stream.Length - stream.Position;
        var needed = (long)count * sizeof(T);
        if (rest < needed) throw new EndOfStreamException();
        if (rest > needed) throw new ReverieException($"'{path}' has {rest - needed} bytes more than its header says; save it again with numpy.save");
        var values = GC.AllocateUninitializedArray<T>((int)count);
        stream.ReadLarge(values.AsSpan());
        return values;
    }

    /// <summary>The product of the dimensions, saturated: a shape with a zero has no values whatever its other dimensions are.</summary>
    private static Int128 Count(ReadOnlySpan<long> shape)
    {
        if (shape.Contains(0)) return 0;
        Int128 count = 1;
        foreach (var size in shape)
        {
            if (size < 0) throw new ArgumentException($"a dimension is negative: [{string.Join(',', shape.ToArray())}]", nameof(shape));
            count *= size;
            if (count > long.MaxValue) return long.MaxValue;
        }
        return count;
    }

    private static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Reverie runs on little-endian processors only");
    }

    /// <summary>A type's name out of a file, safe to show in one line.</summary>
    private static string Shown(string type) => string.Concat(type.Take(40).Select(c => c is >= ' ' and <= '~' ? c : '?')) + (type.Length > 40 ? "..." : "");
}
