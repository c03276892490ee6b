using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Reverie.Onnx.Wire;

/// <summary>Writes the protobuf wire format into a growing buffer.</summary>
internal sealed class ProtoWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public void Int(int field, long value)
    {
        Varint((ulong)(field << 3));
        Varint((ulong)value);
    }

    public void Float(int field, float value)
    {
        Varint((ulong)((field << 3) | 5));
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((ulong)((field << 3) | 2));
        Varint((ulong)value.Length);
        _bytes.Write(value);
    }

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Message(int field, Action<ProtoWriter> write)
    {
        var inner = new ProtoWriter();
        write(inner);
        Bytes(field, inner._bytes.WrittenSpan);
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    private void Varint(ulong value)
    {
        Span<byte> bytes = stackalloc byte[10];
        var length = 0;
        for (; value >= 0x80; value >>= 7) bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        _bytes.Write(bytes[..length]);
    }
}
