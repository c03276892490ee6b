namespace Reverie.Onnx;

/// <summary>The element type of a tensor; the numbers are those of ONNX's <c>TensorProto.DataType</c>.</summary>
public enum ElementType
{
    /// <summary>Not stated.</summary>
    Undefined = 0,
    /// <summary>32-bit IEEE float.</summary>
    Float = 1,
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 2,
    /// <summary>Signed 8-bit integer.</summary>
    Int8 = 3,
    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16 = 4,
    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 5,
    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 6,
    /// <summary>Signed 64-bit integer; shapes and indices.</summary>
    Int64 = 7,
    /// <summary>Text; not a number, never computed with.</summary>
    String = 8,
    /// <summary>One byte, 0 or 1.</summary>
    Bool = 9,
    /// <summary>16-bit IEEE float.</summary>
    Float16 = 10,
    /// <summary>64-bit IEEE float.</summary>
    Double = 11,
    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32 = 12,
    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64 = 13,
    /// <summary>The upper half of a 32-bit float.</summary>
    BFloat16 = 16,
}

/// <summary>Facts about element types.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of one element; 0 for types that Reverie does not compute with.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.UInt8 or ElementType.Int8 or ElementType.Bool => 1,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Float or ElementType.Int32 or ElementType.UInt32 => 4,
        ElementType.Double or ElementType.Int64 or ElementType.UInt64 => 8,
        _ => 0,
    };

    /// <summary>Whether a gradient can be taken with respect to elements of this type.</summary>
    public static bool IsFloating(this ElementType type) =>
        type is ElementType.Float or ElementType.Double or ElementType.Float16 or ElementType.BFloat16;

    /// <summary>The element type that holds values of the .NET type <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> has no ONNX counterpart.</exception>
    public static ElementType Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? ElementType.Float
        : typeof(T) == typeof(double) ? ElementType.Double
        : typeof(T) == typeof(long) ? ElementType.Int64
        : typeof(T) == typeof(int) ? ElementType.Int32
        : typeof(T) == typeof(bool) ? ElementType.Bool
        : typeof(T) == typeof(byte) ? ElementType.UInt8
        : typeof(T) == typeof(sbyte) ? ElementType.Int8
        : typeof(T) == typeof(Half) ? ElementType.Float16
        : typeof(T) == typeof(short) ? ElementType.Int16
        : typeof(T) == typeof(ushort) ? ElementType.UInt16
        : typeof(T) == typeof(uint) ? ElementType.UInt32
        : typeof(T) == typeof(ulong) ? ElementType.UInt64
        : throw new NotSupportedException($"no ONNX element type holds {typeof(T)}");
}
