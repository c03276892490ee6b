namespace Reverie.Onnx.Evaluation;

/// <summary>
/// Computes single nodes on constants: what shape computations and stored weights need, nothing more (ONNX Runtime folds the rest itself).
/// Results are those of ONNX Runtime to the bit.
/// </summary>
internal static class Evaluator
{
    /// <summary>The output of a node that has one, or null where the evaluator cannot compute it.</summary>
    /// <param name="node">A canonical node.</param>
    /// <param name="inputs">Its inputs; null where left out.</param>
    /// <param name="element">The output's element type, as inferred.</param>
    /// <param name="shape">The output's shape, as inferred.</param>
    public static Tensor? Evaluate(Node node, Tensor?[] inputs, ElementType element, long[] shape)
    {
        if (node.Domain.Length > 0) return null;
        var x = inputs.Length > 0 ? inputs[0] : null;
        switch (node.Op)
        {
            case "Shape" or "Size" or "ConstantOfShape" or "Range":
                return Generate(node, inputs, element, shape);
            case "Identity" or "Dropout" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze":
                return x?.Reshaped(shape);
            case "Expand":
                return x is null ? null : StridedView.Broadcast(x, shape).Copy(shape);
            case "Tile":
                return x is null ? null : Tile(x, shape);
            case "Transpose":
                return x is null ? null : Transpose(node, x, shape);
            case "Slice":
                return Slice(inputs, shape);
            case "Concat":
                return Array.TrueForAll(inputs, input => input is not null) ? Concat(node, inputs!, element, shape) : null;
            case "Gather":
                return x is not null && inputs[1] is { } indices ? Gather(node, x, indices, shape) : null;
            case "Cast" or "CastLike":
                return x is null ? null : Conversion.Cast(x, element);
            case "DequantizeLinear":
                return Conversion.Dequantize(node, inputs, shape);
            default:
                return Arithmetic.Evaluate(node, inputs, element, shape);
        }
    }

    /// <summary>Whether a result holds what exact arithmetic on the inputs gives, so that computing it beforehand loses nothing to a computation in float64.</summary>
    public static bool IsExact(Node node, Tensor?[] inputs, Tensor result)
    {
        if (!result.Type.IsFloating() || !Arithmetic.Rounds(node)) return true;
        if (Array.Exists(inputs, input => input is { Exact: { } exact, Type: ElementType.Float } && exact != (float)exact)) return false;
        return Arithmetic.Evaluate(node, inputs, ElementType.Double, result.Shape.ToArray()) is { } exactly && exactly.ToDoubles().AsSpan().SequenceEqual(result.ToDoubles());
    }

    private static Tensor? Generate(Node node, Tensor?[] inputs, ElementType element, long[] shape)
    {
        switch (node.Op)
        {
            case "ConstantOfShape":
                var value = node.Attributes.TryGetValue("value", out var attribute) ? attribute.Tensor : Tensor.Of([0f], 1);
                return StridedView.Broadcast(value, shape.Length == 0 ? [1] : shape).Copy(shape);
            case "Range" when element == ElementType.Int64 && inputs is [{ Count: 1 } start, _, { Count: 1 } delta]:
                var (first, step) = (start.ToInts()[0], delta.ToInts()[0]);
                var values = new long[shape[0]];
                for (var index = 0; index < values.Length; index++) values[index] = first + index * step;
                return Tensor.Ints(values);
            default:
                // Shape and Size are known from inference alone
                return null;
        }
    }

    private static Tensor Tile(Tensor x, long[] shape)
    {
        // axis i becomes the axes (repeat, size), of which the first stays in place
        var inner = StridedView.StridesOf(x.Shape);
        var view = new long[2 * shape.Length];
        var strides = new long[2 * shape.Length];
        for (var axis = 0; axis < shape.Length; axis++)
        {
            view[2 * axis] = x.Shape[axis] == 0 ? 0 : shape[axis] / x.Shape[axis];
            view[2 * axis + 1] = x.Shape[axis];
            strides[2 * axis + 1] = inner[axis];
        }
        return new StridedView(x, 0, view, strides).Copy(shape);
    }

    private static Tensor Transpose(Node node, Tensor x, long[] shape)
    {
        var strides = StridedView.StridesOf(x.Shape);
        var order = node.Ints("perm");
        var permuted = new long[strides.Length];
        for (var axis = 0; axis < permuted.Length; axis++) permuted[axis] = strides[order is null ? ^(axis + 1) : (int)order[axis]];
        return new StridedView(x, 0, shape, permuted).Copy(shape);
    }

    private static Tensor? Slice(Tensor?[] inputs, long[] shape)
    {
        if (inputs is not [{ } x, { } starts, ..] || shape.AsSpan().Contains(0)) return null;
        var strides = StridedView.StridesOf(x.Shape);
        var from = starts.ToInts();
        var axes = inputs.Length > 3 && inputs[3] is { } listed ? listed.ToInts() : [.. Enumerable.Range(0, from.Length).Select(axis => (long)axis)];
        var steps = inputs.Length > 4 ? inputs[4]?.ToInts() : null;
        long offset = 0;
        for (var index = 0; index < axes.Length; index++)
        {
            var axis = (int)(axes[index] < 0 ? axes[index] + x.Rank : axes[index]);
            var size = x.Shape[axis];
            // the clamping of shape inference; the shape says how many elements follow
            var start = Math.Clamp(from[index] < 0 ? from[index] + size : from[index], 0, size - 1);
            offset += start * strides[axis];
            strides[axis] *= steps?[index] ?? 1;
        }
        return new StridedView(x, offset, shape, strides).Copy(shape);
    }

    private static Tensor Concat(Node node, Tensor[] inputs, ElementType element, long[] shape)
    {
        var axis = (int)node.Int("axis", 0);
        if (axis < 0) axis += shape.Length;
        var size = element.Size();
        var result = new byte[checked((int)(Tensor.CountOf(shape) * size))];
        var outer = Tensor.CountOf(shape.AsSpan(0, axis));
        var at = 0;
        for (long block = 0; block < outer; block++)
            foreach (var input in inputs)
            {
                var bytes = (int)(input.Data.Length / outer);
                input.Data.Span.Slice((int)(block * bytes), bytes).CopyTo(result.AsSpan(at));
                at += bytes;
            }
        return new(element, shape, result);
    }

    private static Tensor Gather(Node node, Tensor x, Tensor indices, long[] shape)
    {
        var axis = (int)node.Int("axis", 0);
        if (axis < 0) axis += x.Rank;
        var picks = indices.ToInts();
        var block = checked((int)(Tensor.CountOf(x.Shape[(axis + 1)..]) * x.Type.Size()));
        var outer = Tensor.CountOf(x.Shape[..axis]);
        var result = new byte[checked((int)(outer * picks.Length * block))];
        var at = 0;
        for (long row = 0; row < outer; row++)
            foreach (var pick in picks)
            {
                var index = pick < 0 ? pick + x.Shape[axis] : pick;
                x.Data.Span.Slice(checked((int)((row * x.Shape[axis] + index) * block)), block).CopyTo(result.AsSpan(at));
                at += block;
            }
        return new(x.Type, shape, result);
    }
}
