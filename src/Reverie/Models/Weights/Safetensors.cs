using System.Buffers.Binary;
using System.Text.Json;
using Reverie.Onnx;

namespace Reverie.Models.Weights;

/// <summary>
/// Reads the safetensors format (github.com/huggingface/safetensors): the length of a header in eight bytes, the header in JSON with the type,
/// shape and place of each tensor, the data. The rules of its specification are checked: no gap, no overlap, no byte left over.
/// </summary>
internal static class Safetensors
{
    // The limit that the specification sets.
    private const long MaxHeader = 100_000_000;

    /// <exception cref="ReverieException">The file breaks a rule of the format.</exception>
    public static IEnumerable<KeyValuePair<string, Tensor>> Read(Stream stream)
    {
        Span<byte> length = stackalloc byte[8];
        stream.ReadExactly(length);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (size > MaxHeader || (long)size > stream.Length - 8) throw new ReverieException($"not a valid safetensors file: its header would have {size} bytes");
        var header = new byte[(int)size];
        stream.ReadExactly(header);
        var (start, end) = (8 + (long)size, 0L);
        var tensors = new List<KeyValuePair<string, Tensor>>();
        foreach (var entry in Parse(header).OrderBy(entry => entry.From))
        {
            if (entry.From != end) throw new ReverieException($"not a valid safetensors file: the data of '{entry.Name}' leave a gap or overlap others'");
            end = entry.To;
            if (end > stream.Length - start) throw new EndOfStreamException();
            if (entry.To - entry.From > Tensor.MaxBytes) throw new ReverieException($"the tensor '{entry.Name}' is larger than 2 GiB");
            var data = new byte[(int)(entry.To - entry.From)];
            stream.Position = start + entry.From;
            stream.ReadExactly(data);
            tensors.Add(new(entry.Name, new Tensor(entry.Type, entry.Shape, data)));
        }
        if (end != stream.Length - start) throw new ReverieException("not a valid safetensors file: bytes are left over after the last tensor");
        return tensors;
    }

    private static List<Entry> Parse(byte[] header)
    {
        try
        {
            using var json = JsonDocument.Parse(header, new() { MaxDepth = 8 });
            return [.. json.RootElement.EnumerateObject().Where(item => item.Name != "__metadata__").Select(item =>
            {
                var offsets = item.Value.GetProperty("data_offsets");
                if (offsets.GetArrayLength() != 2) throw new FormatException();
                var (from, to) = (offsets[0].GetInt64(), offsets[1].GetInt64());
                if (from < 0 || to < from) throw new FormatException();
                return new Entry(item.Name, Type(item.Value.GetProperty("dtype").GetString(), item.Name),
                    [.. item.Value.GetProperty("shape").EnumerateArray().Select(dim => dim.GetInt64())], from, to);
            })];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ReverieException("not a valid safetensors file: its header does not describe tensors", exception);
        }
    }

    private static ElementType Type(string? name, string tensor) => name switch
    {
        "F64" => ElementType.Double,
        "F32" => ElementType.Float,
        "F16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "I64" => ElementType.Int64,
        "I32" => ElementType.Int32,
        "I16" => ElementType.Int16,
        "I8" => ElementType.Int8,
        "U64" => ElementType.UInt64,
        "U32" => ElementType.UInt32,
        "U16" => ElementType.UInt16,
        "U8" => ElementType.UInt8,
        "BOOL" => ElementType.Bool,
        _ => throw new ReverieException($"the tensor '{tensor}' is of type {name}, which cannot be imported"),
    };

    private sealed record Entry(string Name, ElementType Type, long[] Shape, long From, long To);
}
