namespace Reverie.Onnx;

/// <summary>The kinds of attribute values; the numbers are those of ONNX's <c>AttributeProto.AttributeType</c>.</summary>
public enum AttributeKind
{
    /// <summary>Not stated.</summary>
    Undefined = 0,
    /// <summary>One 32-bit float.</summary>
    Float = 1,
    /// <summary>One 64-bit integer.</summary>
    Int = 2,
    /// <summary>Text.</summary>
    String = 3,
    /// <summary>A constant tensor.</summary>
    Tensor = 4,
    /// <summary>A graph (of If, Loop, Scan): kept out of Reverie's graphs.</summary>
    Graph = 5,
    /// <summary>A list of 32-bit floats.</summary>
    Floats = 6,
    /// <summary>A list of 64-bit integers.</summary>
    Ints = 7,
    /// <summary>A list of texts.</summary>
    Strings = 8,
}

/// <summary>One immutable attribute value of a node.</summary>
public sealed class Attribute
{
    private readonly object _value;

    private Attribute(AttributeKind kind, object value) => (Kind, _value) = (kind, value);

    /// <summary>What the attribute holds.</summary>
    public AttributeKind Kind { get; }

    /// <summary>The float.</summary>
    public float Float => As<float>(AttributeKind.Float);

    /// <summary>The integer.</summary>
    public long Int => As<long>(AttributeKind.Int);

    /// <summary>The text.</summary>
    public string String => As<string>(AttributeKind.String);

    /// <summary>The tensor.</summary>
    public Tensor Tensor => As<Tensor>(AttributeKind.Tensor);

    /// <summary>The integers. The array belongs to the attribute: do not write to it.</summary>
    public long[] Ints => As<long[]>(AttributeKind.Ints);

    /// <summary>The floats. The array belongs to the attribute: do not write to it.</summary>
    public float[] Floats => As<float[]>(AttributeKind.Floats);

    /// <summary>The texts. The array belongs to the attribute: do not write to it.</summary>
    public string[] Strings => As<string[]>(AttributeKind.Strings);

    /// <summary>Wraps a float.</summary>
    public static implicit operator Attribute(float value) => new(AttributeKind.Float, value);

    /// <summary>Wraps an integer.</summary>
    public static implicit operator Attribute(long value) => new(AttributeKind.Int, value);

    /// <summary>Wraps a text.</summary>
    public static implicit operator Attribute(string value) => new(AttributeKind.String, value);

    /// <summary>Wraps a tensor.</summary>
    public static implicit operator Attribute(Tensor value) => new(AttributeKind.Tensor, value);

    /// <summary>Wraps integers.</summary>
    public static implicit operator Attribute(long[] value) => new(AttributeKind.Ints, value);

    /// <summary>Wraps floats.</summary>
    public static implicit operator Attribute(float[] value) => new(AttributeKind.Floats, value);

    /// <summary>Wraps texts.</summary>
    public static implicit operator Attribute(string[] value) => new(AttributeKind.Strings, value);

    /// <summary>An attribute that holds a graph: its place is kept, its content is not read.</summary>
    internal static Attribute Subgraph { get; } = new(AttributeKind.Graph, "");

    private T As<T>(AttributeKind kind) =>
        Kind == kind ? (T)_value : throw new ReverieException($"an attribute of kind {kind} was expected, but it is {Kind}");
}
