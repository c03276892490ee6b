using System.Buffers.Binary;
using System.Text;

namespace Reverie.Onnx.Wire;

/// <summary>
/// Reads the protobuf wire format (protobuf.dev/programming-guides/encoding) field by field from memory, so that weights can stay where
/// they are in a mapped file; a generated parser would copy each of them. Every length is checked against what is left.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes, int offset = 0)
{
    private const int MaxName = 1024;

    private static readonly UTF8Encoding Utf8 = new(false, false);

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly int _offset = offset;
    private int _position;

    /// <summary>The number of the field last read by <see cref="Next"/>.</summary>
    public int Field { get; private set; }

    /// <summary>How its value is written: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.</summary>
    public int WireType { get; private set; }

    /// <summary>Moves to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        if (_position == _bytes.Length) return false;
        var tag = Varint();
        if (tag > uint.MaxValue || tag >> 3 == 0) throw Malformed("a field has an impossible number");
        (Field, WireType) = ((int)(tag >> 3), (int)(tag & 7));
        return true;
    }

    /// <summary>The field's value as an integer.</summary>
    public long Int()
    {
        Expect(0);
        return (long)Varint();
    }

    /// <summary>The field's value as a 32-bit float.</summary>
    public float Float()
    {
        Expect(5);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    /// <summary>The field's bytes.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(2);
        return Take(Length());
    }

    /// <summary>The place of the field's bytes, counted from the start of the file.</summary>
    public Range BytesRange()
    {
        Expect(2);
        var length = Length();
        var start = _offset + _position;
        Take(length);
        return start..(start + length);
    }

    /// <summary>The field's value as text.</summary>
    public string Text() => Utf8.GetString(Bytes());

    /// <summary>The field's value as the name of something: one line of bounded length, so that messages can quote it.</summary>
    public string Name()
    {
        var bytes = Bytes();
        if (bytes.Length > MaxName) throw Malformed($"a name in it has {bytes.Length} bytes, more than {MaxName}");
        var name = Utf8.GetString(bytes);
        foreach (var letter in name)
            if (char.IsControl(letter) || letter is '\u2028' or '\u2029') throw Malformed($"the name '{Names.Printable(name)}' holds a control character");
        return name;
    }

    /// <summary>A reader over the field's value as a nested message.</summary>
    public ProtoReader Message()
    {
        Expect(2);
        var length = Length();
        var start = _offset + _position;
        return new(Take(length), start);
    }

    /// <summary>Adds the field's integers: one, or a packed run.</summary>
    public void Ints(List<long> into)
    {
        if (WireType == 0)
        {
            into.Add((long)Varint());
            return;
        }
        var run = new ProtoReader(Bytes());
        while (run._position < run._bytes.Length) into.Add((long)run.Varint());
    }

    /// <summary>Adds the field's 32-bit floats: one, or a packed run.</summary>
    public void Floats(List<float> into)
    {
        if (WireType == 5)
        {
            into.Add(Float());
            return;
        }
        var run = Bytes();
        if (run.Length % 4 != 0) throw Malformed("a run of floats is cut off");
        for (var at = 0; at < run.Length; at += 4) into.Add(BinaryPrimitives.ReadSingleLittleEndian(run[at..]));
    }

    /// <summary>Adds the field's 64-bit floats: one, or a packed run.</summary>
    public void Doubles(List<double> into)
    {
        if (WireType == 1)
        {
            into.Add(BinaryPrimitives.ReadDoubleLittleEndian(Take(8)));
            return;
        }
        var run = Bytes();
        if (run.Length % 8 != 0) throw Malformed("a run of doubles is cut off");
        for (var at = 0; at < run.Length; at += 8) into.Add(BinaryPrimitives.ReadDoubleLittleEndian(run[at..]));
    }

    /// <summary>Passes over the field's value.</summary>
    public void Skip()
    {
        switch (WireType)
        {
            case 0: Varint(); break;
            case 1: Take(8); break;
            case 2: Take(Length()); break;
            case 5: Take(4); break;
            default: throw Malformed($"the wire type {WireType} does not occur in ONNX");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position == _bytes.Length) throw Malformed("it ends in the middle of a number");
            var part = _bytes[_position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw Malformed("a number is longer than 64 bits");
    }

    private int Length()
    {
        var length = Varint();
        if (length > (ulong)(_bytes.Length - _position)) throw Malformed("it is cut off, or a length in it is wrong");
        return (int)length;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _position) throw Malformed("it is cut off");
        var taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }

    private readonly void Expect(int wireType)
    {
        if (WireType != wireType) throw Malformed($"field {Field} is written as type {WireType} where {wireType} belongs");
    }

    private readonly ReverieException Malformed(string what) =>
        new($"not a valid ONNX file: {what} (at byte {_offset + _position})");
}
