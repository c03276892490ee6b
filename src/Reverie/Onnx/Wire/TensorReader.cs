using System.Runtime.InteropServices;

namespace Reverie.Onnx.Wire;

/// <summary>Reads TensorProto messages: raw data as slices of the file, typed fields by conversion, external data by mapping its file.</summary>
internal sealed class TensorReader(ReadOnlyMemory<byte> file, string? folder)
{
    private const int MaxRank = 64;

    private readonly Dictionary<string, ReadOnlyMemory<byte>> _external = new(StringComparer.Ordinal);

    /// <summary>The external files that were read so far, by location.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> External => _external;

    public (string Name, Tensor Tensor) Read(ProtoReader reader)
    {
        var (name, type, isExternal) = ("", ElementType.Undefined, false);
        Range? raw = null, packed = null;
        List<long> shape = [];
        List<float> floats = [];
        List<long> ints = [];
        List<double> doubles = [];
        var external = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Next())
            switch (reader.Field)
            {
                case 1: reader.Ints(shape); break;
                case 2: type = (ElementType)reader.Int(); break;
                case 4 when reader.WireType == 2 && packed is null && floats.Count == 0: packed = reader.BytesRange(); break;
                case 4: reader.Floats(floats); break;
                case 5 or 7 or 11: reader.Ints(ints); break;
                case 8: name = reader.Name(); break;
                case 9: raw = reader.BytesRange(); break;
                case 10: reader.Doubles(doubles); break;
                case 13: ModelReader.ReadEntry(reader.Message(), external); break;
                case 14: isExternal = reader.Int() == 1; break;
                default: reader.Skip(); break;
            }
        try
        {
            if (shape.Count > MaxRank) throw new ReverieException($"it has {shape.Count} dimensions, more than {MaxRank}");
            var dims = CollectionsMarshal.AsSpan(shape);
            if (isExternal) return (name, new(type, dims, Find(external, type, dims)));
            if (raw is { } range) return (name, new(type, dims, file[range]));
            // one run of packed floats, as every writer makes it, has the layout of raw data
            if (packed is { } run && floats.Count == 0 && type == ElementType.Float) return (name, new(type, dims, file[run]));
            if (packed is not null) throw new ReverieException("its floats are not in one run, or belong to no tensor of floats");
            return (name, new(type, dims, Convert(type, floats, ints, doubles)));
        }
        catch (ReverieException exception)
        {
            throw new ReverieException($"the constant '{name}' is malformed: {exception.Message}", exception);
        }
    }

    private static byte[] Convert(ElementType type, List<float> floats, List<long> ints, List<double> doubles) => type switch
    {
        ElementType.Float => Bytes(floats.ToArray()),
        ElementType.Double => Bytes(doubles.ToArray()),
        ElementType.Int64 => Bytes(ints.ToArray()),
        ElementType.UInt64 => Bytes(ints.ToArray()),
        ElementType.Int32 => Bytes(ints.ConvertAll(value => (int)value).ToArray()),
        ElementType.UInt32 => Bytes(ints.ConvertAll(value => (uint)value).ToArray()),
        ElementType.Int16 => Bytes(ints.ConvertAll(value => (short)value).ToArray()),
        ElementType.UInt16 or ElementType.Float16 or ElementType.BFloat16 => Bytes(ints.ConvertAll(value => (ushort)value).ToArray()),
        ElementType.Int8 or ElementType.UInt8 => ints.ConvertAll(value => (byte)value).ToArray(),
        ElementType.Bool => ints.ConvertAll(value => (byte)(value != 0 ? 1 : 0)).ToArray(),
        _ => throw new ReverieException($"tensors of type {type} are not supported"),
    };

    private static byte[] Bytes<T>(T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private ReadOnlyMemory<byte> Find(Dictionary<string, string> entries, ElementType type, ReadOnlySpan<long> shape)
    {
        if (folder is null) throw new ReverieException("its data is in another file, but the model was not read from a file");
        if (!entries.TryGetValue("location", out var location) || location.Length == 0) throw new ReverieException("its external data has no location");
        if (Path.IsPathRooted(location) || location.Contains('\\', StringComparison.Ordinal) || location.Split('/').Contains("..")
            || location.Contains(':', StringComparison.Ordinal) || location.Contains('\0', StringComparison.Ordinal))
            throw new ReverieException($"its external data lies outside the model's folder ({Names.Printable(location)})");
        if (!_external.TryGetValue(location, out var mapped))
        {
            var path = Path.Combine(folder, location);
            RefuseLinks(path, location);
            _external[location] = mapped = MappedFile.Map(path);
        }
        var size = (Int128)Tensor.CountOf(shape) * type.Size();
        var offset = Number(entries, "offset", 0);
        var length = entries.ContainsKey("length") ? Number(entries, "length", 0) : (long)Int128.Min(size, long.MaxValue);
        if (length != size) throw new ReverieException($"its external data has {length} bytes where its shape needs {size}");
        if (offset < 0 || offset > mapped.Length || length > mapped.Length - offset)
            throw new ReverieException($"its external data lies beyond the end of {location}");
        return mapped.Slice((int)offset, (int)length);
    }

    // A link inside the folder could still lead out of it.
    private void RefuseLinks(string path, string location)
    {
        for (var part = path; part is not null && part.Length > folder!.Length; part = Path.GetDirectoryName(part))
            if (new FileInfo(part).LinkTarget is not null)
                throw new ReverieException($"its external data '{location}' is a symbolic link; put the file itself beside the model");
    }

    private static long Number(Dictionary<string, string> entries, string key, long fallback) =>
        !entries.TryGetValue(key, out var text) ? fallback
        : long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value
        : throw new ReverieException($"the {key} of its external data is not a number ({Names.Printable(text)})");
}
