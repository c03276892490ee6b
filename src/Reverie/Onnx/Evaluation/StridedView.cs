namespace Reverie.Onnx.Evaluation;

/// <summary>
/// A tensor's elements seen in another order: position (i, j, ...) is the element at offset + i strides[0] + j strides[1] + ...
/// Transposing, slicing, broadcasting and tiling all are such views; copying one out gives their result.
/// </summary>
internal readonly ref struct StridedView(Tensor source, long offset, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
{
    private readonly ReadOnlySpan<long> _shape = shape;
    private readonly ReadOnlySpan<long> _strides = strides;

    /// <summary>The distance in elements between neighbours along each axis of a tensor in C order.</summary>
    public static long[] StridesOf(ReadOnlySpan<long> shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    /// <summary>A tensor broadcast to a larger shape.</summary>
    public static StridedView Broadcast(Tensor source, long[] shape)
    {
        var own = StridesOf(source.Shape);
        var strides = new long[shape.Length];
        var missing = shape.Length - source.Rank;
        for (var axis = 0; axis < source.Rank; axis++) strides[missing + axis] = source.Shape[axis] == 1 ? 0 : own[axis];
        return new(source, 0, shape, strides);
    }

    /// <summary>The elements in order, as a tensor of the given shape, which has as many elements as the view.</summary>
    public Tensor Copy(ReadOnlySpan<long> shape)
    {
        var size = source.Type.Size();
        var result = new byte[checked((int)(Tensor.CountOf(_shape) * size))];
        if (result.Length == 0) return new(source.Type, shape, result);
        // runs along the last axis are copied at once where they lie side by side
        var rank = _shape.Length;
        var length = rank == 0 ? 1 : (int)_shape[^1];
        var step = rank == 0 ? 1 : _strides[^1];
        var index = new long[Math.Max(0, rank - 1)];
        var from = source.Data.Span;
        var at = offset;
        for (var to = 0; to < result.Length;)
        {
            if (step == 1) from.Slice(checked((int)(at * size)), length * size).CopyTo(result.AsSpan(to));
            else
                for (var element = 0; element < length; element++)
                    from.Slice(checked((int)((at + element * step) * size)), size).CopyTo(result.AsSpan(to + element * size));
            to += length * size;
            for (var axis = index.Length - 1; axis >= 0; axis--)
            {
                at += _strides[axis];
                if (++index[axis] < _shape[axis]) break;
                at -= _strides[axis] * _shape[axis];
                index[axis] = 0;
            }
        }
        return new(source.Type, shape, result);
    }
}
