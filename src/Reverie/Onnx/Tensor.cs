using System.Runtime.InteropServices;

namespace Reverie.Onnx;

/// <summary>
/// A constant tensor: element type, shape and data in C order, little-endian. The data may be a slice of a memory-mapped model file,
/// so that reading a model copies no weight; it is never written to.
/// </summary>
public sealed class Tensor
{
    /// <summary>The largest tensor that Reverie handles, in bytes: 2 GiB less one, the longest span of memory .NET has.</summary>
    public const long MaxBytes = int.MaxValue;

    private readonly long[] _shape;

    /// <summary>Wraps data without copying it.</summary>
    /// <exception cref="ReverieException">The data's length is not what type and shape ask for.</exception>
    public Tensor(ElementType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data)
    {
        Type = type;
        _shape = shape.ToArray();
        Count = CountOf(shape);
        if (type.Size() == 0) throw new ReverieException($"tensors of type {type} are not supported");
        if (Count > MaxBytes / type.Size() || data.Length != Count * type.Size())
            throw new ReverieException($"a {type} tensor of shape [{string.Join(",", _shape)}] needs {(Int128)Count * type.Size()} bytes but has {data.Length}");
        Data = data;
    }

    /// <summary>The element type.</summary>
    public ElementType Type { get; }

    /// <summary>The shape; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>The number of dimensions.</summary>
    public int Rank => _shape.Length;

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    /// <summary>The bytes of the elements, in C order.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>
    /// The value that a scalar stands for before it was rounded to its element type, such as 1/3; the float64 lowering uses it,
    /// since 1/3 rounded to float32 would already be wrong in the eighth digit.
    /// </summary>
    public double? Exact { get; private init; }

    /// <summary>A tensor with the given elements.</summary>
    public static Tensor Of<T>(ReadOnlySpan<T> elements, params ReadOnlySpan<long> shape) where T : unmanaged =>
        new(ElementTypes.Of<T>(), shape, MemoryMarshal.AsBytes(elements).ToArray());

    /// <summary>A one-dimensional tensor of 64-bit integers: a shape, axes, pads.</summary>
    public static Tensor Ints(params ReadOnlySpan<long> values) => Of(values, values.Length);

    /// <summary>A 32-bit scalar that remembers its value before rounding.</summary>
    public static Tensor Scalar(double value) =>
        new(ElementType.Float, [], MemoryMarshal.AsBytes<float>([(float)value]).ToArray()) { Exact = value };

    /// <summary>The elements as they lie in memory.</summary>
    /// <exception cref="InvalidOperationException">The element type is not <typeparamref name="T"/>'s.</exception>
    public ReadOnlySpan<T> Span<T>() where T : unmanaged =>
        ElementTypes.Of<T>() == Type
            ? MemoryMarshal.Cast<byte, T>(Data.Span)
            : throw new InvalidOperationException($"tensor of {Type} read as {typeof(T).Name}");

    /// <summary>The elements of an integer tensor (32 or 64 bits, or Boolean) as 64-bit integers.</summary>
    /// <exception cref="ReverieException">The tensor does not hold integers.</exception>
    public long[] ToInts()
    {
        switch (Type)
        {
            case ElementType.Int64: return Span<long>().ToArray();
            case ElementType.Int32: return Widen<int>(value => value);
            case ElementType.UInt8: return Widen<byte>(value => value);
            case ElementType.Int8: return Widen<sbyte>(value => value);
            case ElementType.Bool: return Widen<bool>(value => value ? 1 : 0);
            default: throw new ReverieException($"integers expected, but the tensor holds {Type}");
        }
    }

    /// <summary>The elements of a floating tensor (16, 32 or 64 bits) as 64-bit floats.</summary>
    /// <exception cref="ReverieException">The tensor does not hold floating-point numbers.</exception>
    public double[] ToDoubles()
    {
        if (Exact is { } exact) return [exact];
        switch (Type)
        {
            case ElementType.Double: return Span<double>().ToArray();
            case ElementType.Float: return Widen<float, double>(value => value);
            case ElementType.Float16: return Widen<Half, double>(value => (double)value);
            case ElementType.BFloat16:
                return Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(Data.Span).ToArray(), bits => (double)BitConverter.Int32BitsToSingle(bits << 16));
            default: throw new ReverieException($"floating-point numbers expected, but the tensor holds {Type}");
        }
    }

    /// <summary>The same data under another shape of as many elements.</summary>
    public Tensor Reshaped(params ReadOnlySpan<long> shape) => new(Type, shape, Data) { Exact = Exact };

    /// <summary>The number of elements of a shape.</summary>
    /// <exception cref="ReverieException">A dimension is negative, or the product overflows 63 bits.</exception>
    public static long CountOf(ReadOnlySpan<long> shape)
    {
        Int128 count = 1;
        foreach (var dim in shape)
        {
            if (dim < 0) throw new ReverieException($"a tensor cannot have the negative dimension {dim}");
            count *= dim;
            if (count > long.MaxValue) throw new ReverieException($"the shape [{string.Join(",", shape.ToArray())}] has more elements than can be counted");
        }
        return (long)count;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Type}[{string.Join(",", _shape)}]";

    private long[] Widen<T>(Converter<T, long> widen) where T : unmanaged => Array.ConvertAll(Span<T>().ToArray(), widen);

    private TOut[] Widen<T, TOut>(Converter<T, TOut> widen) where T : unmanaged => Array.ConvertAll(Span<T>().ToArray(), widen);
}
