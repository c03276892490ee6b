using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Reverie.Models.Weights;

/// <summary>
/// Reads Python's pickle format (docs.python.org/3/library/pickletools), as far as checkpoints of PyTorch use it. A pickle is a program that may call
/// anything; here nothing is called: <paramref name="reduce"/> is asked for the few functions that are known to build data, and whatever else
/// a pickle names is refused.
/// </summary>
/// <param name="stream">The bytes; read no further than the pickle's end.</param>
/// <param name="reduce">Gives what a named function makes of its arguments.</param>
/// <param name="persistent">Gives the object that lies outside the pickle under an identification.</param>
internal sealed class PickleReader(Stream stream, Func<PickleGlobal, object?[], object?> reduce, Func<object?, object?> persistent)
{
    // A table of weights has a few thousand entries; more than this is an attack or no table of weights.
    private const int MaxObjects = 10_000_000;
    private const int MaxText = 1 << 20;

    private static readonly object Mark = new();

    private readonly List<object?> _stack = [];
    private readonly Dictionary<uint, object?> _memo = [];

    /// <summary>Reads one pickle.</summary>
    /// <exception cref="ReverieException">It is damaged, or names something that is not known to be harmless.</exception>
    /// <exception cref="EndOfStreamException">It is cut off.</exception>
    public object? Read()
    {
        for (; ; )
        {
            var code = Byte();
            if (code == '.') return Pop();
            Step(code);
            if (_stack.Count > MaxObjects || _memo.Count > MaxObjects) throw Damaged("it holds too many objects");
        }
    }

    private void Step(byte code)
    {
        switch (code)
        {
            case 0x80: Byte(); break;                                                     // PROTO
            case 0x95: Take(8); break;                                                    // FRAME
            case (byte)'}': _stack.Add(new PickleDict()); break;                          // EMPTY_DICT
            case (byte)']': _stack.Add(new List<object?>()); break;                       // EMPTY_LIST
            case (byte)')': _stack.Add(Array.Empty<object?>()); break;                    // EMPTY_TUPLE
            case (byte)'(': _stack.Add(Mark); break;                                      // MARK
            case (byte)'N': _stack.Add(null); break;                                      // NONE
            case 0x88: _stack.Add(true); break;                                           // NEWTRUE
            case 0x89: _stack.Add(false); break;                                          // NEWFALSE
            case (byte)'K': _stack.Add((long)Byte()); break;                              // BININT1
            case (byte)'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;  // BININT2
            case (byte)'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;   // BININT
            case 0x8A: PushLong(Byte()); break;                                           // LONG1
            case (byte)'G': _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;           // BINFLOAT
            case (byte)'X': _stack.Add(Text(UInt())); break;                              // BINUNICODE
            case 0x8C: _stack.Add(Text(Byte())); break;                                   // SHORT_BINUNICODE
            case (byte)'U': _stack.Add(Text(Byte())); break;                              // SHORT_BINSTRING, written by Python 2
            case (byte)'T': _stack.Add(Text(UInt())); break;                              // BINSTRING, written by Python 2
            case (byte)'C': _stack.Add(Take(Byte())); break;                              // SHORT_BINBYTES
            case (byte)'q': _memo[Byte()] = Top(); break;                                 // BINPUT
            case (byte)'r': _memo[UInt()] = Top(); break;                                 // LONG_BINPUT
            case 0x94: _memo[(uint)_memo.Count] = Top(); break;                           // MEMOIZE
            case (byte)'h': _stack.Add(Remembered(Byte())); break;                        // BINGET
            case (byte)'j': _stack.Add(Remembered(UInt())); break;                        // LONG_BINGET
            case (byte)'t': _stack.Add(ToMark()); break;                                  // TUPLE
            case 0x85: _stack.Add(Last(1)); break;                                        // TUPLE1
            case 0x86: _stack.Add(Last(2)); break;                                        // TUPLE2
            case 0x87: _stack.Add(Last(3)); break;                                        // TUPLE3
            case (byte)'c': _stack.Add(new PickleGlobal(Line(), Line())); break;          // GLOBAL
            case 0x93: _stack.Add(Global(Last(2))); break;                                // STACK_GLOBAL
            case (byte)'R' or 0x81: _stack.Add(Reduce(Last(2))); break;                   // REDUCE, NEWOBJ
            case (byte)'b': Build(Pop()); break;                                          // BUILD
            case (byte)'s': SetItems(Last(2)); break;                                     // SETITEM
            case (byte)'u': SetItems(ToMark()); break;                                    // SETITEMS
            case (byte)'a': Append(Last(1)); break;                                       // APPEND
            case (byte)'e': Append(ToMark()); break;                                      // APPENDS
            case (byte)'Q': _stack.Add(persistent(Pop())); break;                         // BINPERSID
            case (byte)'0': Pop(); break;                                                 // POP
            default: throw Damaged($"it holds the instruction 0x{code:X2}, which checkpoints of weights do not need");
        }
    }

    private object? Reduce(object?[] call) => call is [PickleGlobal function, object?[] arguments]
        ? reduce(function, arguments)
        : throw Damaged("it calls something that is no function");

    // What follows an object to fill it: PyTorch gives tables of weights a note of versions, which nothing here needs.
    private void Build(object? state)
    {
        if (Top() is not PickleDict || state is not (PickleDict or object?[])) throw Damaged("it fills an object that is no table");
    }

    private void SetItems(object?[] items)
    {
        if (Top() is not PickleDict dict || items.Length % 2 != 0) throw Damaged("it puts items into something that is no table");
        for (var index = 0; index < items.Length; index += 2) dict.Set(items[index], items[index + 1]);
    }

    private void Append(object?[] items)
    {
        if (Top() is not List<object?> list) throw Damaged("it appends to something that is no list");
        list.AddRange(items);
    }

    private static PickleGlobal Global(object?[] name) => name is [string module, string member] ? new(module, member) : throw Damaged("it names a function by something else than text");

    private object?[] ToMark()
    {
        var mark = _stack.FindLastIndex(item => ReferenceEquals(item, Mark));
        if (mark < 0) throw Damaged("a mark is missing");
        var items = _stack.GetRange(mark + 1, _stack.Count - mark - 1).ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private object?[] Last(int count)
    {
        if (_stack.Count < count) throw Damaged("its stack runs empty");
        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        if (items.Any(item => ReferenceEquals(item, Mark))) throw Damaged("a mark is where a value belongs");
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object? Pop() => Last(1)[0];

    private object? Top() => _stack.Count > 0 ? _stack[^1] : throw Damaged("its stack runs empty");

    private object? Remembered(uint index) => _memo.TryGetValue(index, out var value) ? value : throw Damaged("it recalls what it never stored");

    // Whole numbers are 64-bit ones wherever they fit; only the format's magic number does not.
    private void PushLong(int length)
    {
        var value = new BigInteger(Take(length));
        if (value >= long.MinValue && value <= long.MaxValue) _stack.Add((long)value);
        else _stack.Add(value);
    }

    private string Text(uint length) => length <= MaxText ? Encoding.UTF8.GetString(Take((int)length)) : throw Damaged($"it holds a text of {length} bytes");

    private string Line()
    {
        var bytes = new List<byte>();
        for (var next = Byte(); next != '\n'; next = Byte())
        {
            bytes.Add(next);
            if (bytes.Count > 1024) throw Damaged("it holds an overlong name");
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private uint UInt() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private byte Byte() => stream.ReadByte() is >= 0 and var value ? (byte)value : throw new EndOfStreamException();

    private byte[] Take(int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static ReverieException Damaged(string what) => new($"the checkpoint's pickle cannot be read: {what}");
}
