namespace Reverie.Onnx.Shapes;

/// <summary>
/// What inference knows of a tensor: its element type, its shape, and, for shape vectors and other small tensors, its elements.
/// </summary>
internal sealed class Fact
{
    /// <summary>Elements are tracked in tensors of up to this many.</summary>
    public const int MaxValues = 1024;

    private readonly Tensor? _constant;
    private readonly Dim[]? _values;

    public Fact(ElementType element, Dim[]? shape, Dim[]? values = null)
    {
        Element = element;
        Shape = shape;
        _values = values;
    }

    public Fact(Tensor constant)
    {
        Element = constant.Type;
        Shape = Array.ConvertAll(constant.Shape.ToArray(), Dim.Of);
        _constant = constant;
    }

    /// <summary>A tensor of which nothing is known.</summary>
    public static Fact Unknown { get; } = new(ElementType.Undefined, null);

    public ElementType Element { get; }

    public Dim[]? Shape { get; }

    public TensorType Type => new(Element, Shape);

    /// <summary>
    /// The elements of a scalar or vector in order, where every one of them is an integer (whatever the element type) or an expression over sizes; else null.
    /// </summary>
    public Dim[]? Values => _values ?? FromConstant();

    /// <summary>The whole tensor, where every element is known.</summary>
    public Tensor? Constant => _constant ?? FromValues();

    /// <summary>The elements as integers, where all are known.</summary>
    public long[]? KnownValues => Values is { } values && Array.TrueForAll(values, value => value.IsKnown) ? Array.ConvertAll(values, value => value.Value!.Value) : null;

    /// <summary>The same tensor elements in another shape.</summary>
    public Fact Reshaped(Dim[]? shape) => new(Element, shape, shape is { Length: <= 1 } ? Values : null);

    private Dim[]? FromConstant()
    {
        if (_constant is not { Rank: <= 1, Count: <= MaxValues }) return null;
        if (_constant.Type is ElementType.Int64 or ElementType.Int32 or ElementType.UInt8 or ElementType.Int8 or ElementType.Bool)
            return Array.ConvertAll(_constant.ToInts(), Dim.Of);
        if (_constant.Type is not (ElementType.Float or ElementType.Double)) return null;
        // beyond 2^24 a float32 no longer tells integers apart
        var floats = _constant.ToDoubles();
        return Array.TrueForAll(floats, value => Math.Abs(value) <= 1 << 24 && double.IsInteger(value)) ? Array.ConvertAll(floats, value => Dim.Of((long)value)) : null;
    }

    private Tensor? FromValues()
    {
        if (_values is null || Shape is null || KnownValues is not { } known) return null;
        ReadOnlySpan<long> shape = Shape.Length == 0 ? [] : [known.Length];
        return Element switch
        {
            ElementType.Int64 => Tensor.Of<long>(known, shape),
            ElementType.Int32 => Tensor.Of<int>(Array.ConvertAll(known, value => checked((int)value)), shape),
            ElementType.Bool => Tensor.Of<bool>(Array.ConvertAll(known, value => value != 0), shape),
            ElementType.Float => Tensor.Of<float>(Array.ConvertAll(known, value => (float)value), shape),
            ElementType.Double => Tensor.Of<double>(Array.ConvertAll(known, value => (double)value), shape),
            _ => null,
        };
    }
}
