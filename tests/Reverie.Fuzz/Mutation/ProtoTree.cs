using System.Buffers.Binary;

namespace Reverie.Fuzz.Mutation;

/// <summary>The messages of onnx.proto3, as far as a mutation goes into them.</summary>
internal enum Message
{
    Leaf, Model, Opset, Entry, Graph, Node, Attribute, Tensor, Value, Type, TensorType, Shape, Dimension,
}

/// <summary>One field of a protobuf message, in a tree that can hold what no writer would write.</summary>
internal sealed class ProtoField
{
    private const int Varint = 0, Fixed64 = 1, Delimited = 2, Fixed32 = 5;

    private static readonly Dictionary<(Message, int), Message> Inside = new()
    {
        [(Message.Model, 7)] = Message.Graph,
        [(Message.Model, 8)] = Message.Opset,
        [(Message.Model, 14)] = Message.Entry,
        [(Message.Graph, 1)] = Message.Node,
        [(Message.Graph, 5)] = Message.Tensor,
        [(Message.Graph, 11)] = Message.Value,
        [(Message.Graph, 12)] = Message.Value,
        [(Message.Graph, 13)] = Message.Value,
        [(Message.Node, 5)] = Message.Attribute,
        [(Message.Attribute, 5)] = Message.Tensor,
        [(Message.Tensor, 13)] = Message.Entry,
        [(Message.Value, 2)] = Message.Type,
        [(Message.Type, 1)] = Message.TensorType,
        [(Message.TensorType, 2)] = Message.Shape,
        [(Message.Shape, 1)] = Message.Dimension,
    };

    public required Message Parent { get; init; }

    public int Number { get; set; }

    public int Wire { get; set; }

    /// <summary>The value of a number.</summary>
    public ulong Value { get; set; }

    /// <summary>The value of a leaf that has a length.</summary>
    public byte[] Bytes { get; set; } = [];

    /// <summary>The fields of a message; null for leaves.</summary>
    public List<ProtoField>? Fields { get; private init; }

    /// <summary>The length that is written, where it is not the true one.</summary>
    public ulong? Lie { get; set; }

    public Message Kind => Fields is null ? Message.Leaf : Inside.GetValueOrDefault((Parent, Number), Message.Leaf);

    public bool IsNumber => Wire is Varint or Fixed32 or Fixed64;

    public bool IsFloat => Wire == Fixed32;

    /// <summary>Whether the leaf holds the values of a tensor or a list of numbers, and not text.</summary>
    public bool IsData => Fields is null && Wire == Delimited && (Parent, Number) is (Message.Tensor, 1 or 4 or 5 or 7 or 9 or 10 or 11) or (Message.Attribute, 7 or 8);

    public bool IsText => Fields is null && Wire == Delimited && !IsData;

    /// <summary>Parses a valid message.</summary>
    public static List<ProtoField> Parse(ReadOnlySpan<byte> bytes, Message message = Message.Model)
    {
        var fields = new List<ProtoField>();
        while (!bytes.IsEmpty)
        {
            var key = Take(ref bytes);
            var (number, wire) = ((int)(key >> 3), (int)(key & 7));
            var value = 0UL;
            ReadOnlySpan<byte> content = default;
            switch (wire)
            {
                case Varint:
                    value = Take(ref bytes);
                    break;
                case Fixed32:
                    value = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
                    bytes = bytes[4..];
                    break;
                case Fixed64:
                    value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
                    bytes = bytes[8..];
                    break;
                default:
                    var length = (int)Take(ref bytes);
                    content = bytes[..length];
                    bytes = bytes[length..];
                    break;
            }
            var inside = wire == Delimited && Inside.TryGetValue((message, number), out var kind) ? Parse(content, kind) : null;
            fields.Add(new() { Parent = message, Number = number, Wire = wire, Value = value, Bytes = inside is null ? content.ToArray() : [], Fields = inside });
        }
        return fields;
    }

    public static byte[] Write(IEnumerable<ProtoField> fields)
    {
        var bytes = new List<byte>();
        foreach (var field in fields) field.Append(bytes);
        return [.. bytes];
    }

    public ProtoField Clone() => new() { Parent = Parent, Number = Number, Wire = Wire, Value = Value, Bytes = Bytes, Fields = Fields?.ConvertAll(field => field.Clone()), Lie = Lie };

    private void Append(List<byte> to)
    {
        Put(to, (ulong)((long)Number << 3 | (long)Wire));
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(number, Value);
        switch (Wire)
        {
            case Varint:
                Put(to, Value);
                break;
            case Fixed32:
                to.AddRange(number[..4]);
                break;
            case Fixed64:
                to.AddRange(number);
                break;
            default:
                var content = Fields is null ? Bytes : Write(Fields);
                Put(to, Lie ?? (ulong)content.Length);
                to.AddRange(content);
                break;
        }
    }

    private static ulong Take(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }
    }

    private static void Put(List<byte> to, ulong value)
    {
        for (; value >= 128; value >>= 7) to.Add((byte)(value | 128));
        to.Add((byte)value);
    }
}
