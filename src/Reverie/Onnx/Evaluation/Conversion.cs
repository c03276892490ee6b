namespace Reverie.Onnx.Evaluation;

/// <summary>Changes of element type.</summary>
internal static class Conversion
{
    /// <summary>A tensor in another element type, or null where the types are not convertible here.</summary>
    public static Tensor? Cast(Tensor x, ElementType to)
    {
        if (x.Type == to) return x;
        if (x.Type.IsFloating())
        {
            var values = x.ToDoubles();
            return to switch
            {
                ElementType.Float when x.Exact is { } exact => Tensor.Scalar(exact).Reshaped(x.Shape),
                ElementType.Float or ElementType.Double or ElementType.Float16 => FromDoubles(values, to, x.Shape),
                ElementType.Bool => Tensor.Of<bool>(Array.ConvertAll(values, value => value != 0), x.Shape),
                // towards zero; what does not fit is left to the runtime, which does not define it either
                ElementType.Int64 or ElementType.Int32 when Array.TrueForAll(values, value => Math.Abs(value) < int.MaxValue) =>
                    FromInts(Array.ConvertAll(values, value => (long)value), to, x.Shape),
                _ => null,
            };
        }
        if (x.Type is not (ElementType.Int64 or ElementType.Int32 or ElementType.UInt8 or ElementType.Int8 or ElementType.Bool)) return null;
        var integers = x.ToInts();
        return to switch
        {
            ElementType.Float => Tensor.Of<float>(Array.ConvertAll(integers, value => (float)value), x.Shape),
            ElementType.Double => Tensor.Of<double>(Array.ConvertAll(integers, value => (double)value), x.Shape),
            ElementType.Bool or ElementType.Int64 or ElementType.Int32 => FromInts(integers, to, x.Shape),
            _ => null,
        };
    }

    /// <summary>(x - zero) scale in float32, for a whole tensor or per axis; null where an input is missing.</summary>
    public static Tensor? Dequantize(Node node, Tensor?[] inputs, long[] shape)
    {
        if (inputs is not [{ Type: ElementType.Int8 or ElementType.UInt8 or ElementType.Int32 } x, { Type: ElementType.Float } scale, ..]) return null;
        var zero = inputs.Length > 2 ? inputs[2]?.ToInts() : null;
        var scales = scale.Span<float>();
        long inner = 1, count = 1;
        if (scales.Length != 1)
        {
            var axis = (int)node.Int("axis", 1);
            if (axis < 0) axis += x.Rank;
            if (scale.Rank != 1 || axis >= x.Rank || x.Shape[axis] != scales.Length) return null;
            inner = Tensor.CountOf(x.Shape[(axis + 1)..]);
            count = scales.Length;
        }
        if (zero is not null && zero.Length != scales.Length) return null;
        var values = x.ToInts();
        var result = new float[values.Length];
        for (var index = 0; index < result.Length; index++)
        {
            var channel = (int)(index / inner % count);
            result[index] = (values[index] - (zero?[channel] ?? 0)) * scales[channel];
        }
        return Tensor.Of<float>(result, shape);
    }

    /// <summary>A floating tensor with the values rounded to its type.</summary>
    public static Tensor? FromDoubles(double[] values, ElementType type, ReadOnlySpan<long> shape) => type switch
    {
        ElementType.Float => Tensor.Of<float>(Array.ConvertAll(values, value => (float)value), shape),
        ElementType.Double => Tensor.Of<double>(values, shape),
        ElementType.Float16 => Tensor.Of<Half>(Array.ConvertAll(values, value => (Half)value), shape),
        _ => null,
    };

    /// <summary>An integer or Boolean tensor; integers that do not fit wrap.</summary>
    public static Tensor? FromInts(long[] values, ElementType type, ReadOnlySpan<long> shape) => type switch
    {
        ElementType.Int64 => Tensor.Of<long>(values, shape),
        ElementType.Int32 => Tensor.Of<int>(Array.ConvertAll(values, value => unchecked((int)value)), shape),
        ElementType.Bool => Tensor.Of<bool>(Array.ConvertAll(values, value => value != 0), shape),
        _ => null,
    };
}
