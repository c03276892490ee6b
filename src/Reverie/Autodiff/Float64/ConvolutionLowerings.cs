using Reverie.Autodiff.Linear;
using Reverie.Onnx;

namespace Reverie.Autodiff.Float64;

/// <summary>Convolutions as matrix products: the shifted copies of the input, stacked, times the weights.</summary>
internal static class ConvolutionLowerings
{
    public static void AddTo(Dictionary<string, Lowering> lowerings)
    {
        lowerings["Conv"] = Conv;
        lowerings["ConvTranspose"] = ConvTranspose;
    }

    private static Value Conv(Node node, Emitter e)
    {
        var (weights, shape) = Weights(node, e);
        var window = Windows.Of(node, e, shape[2..]);
        var padded = Windows.Padded(e, e[node.Inputs[0]], window, 0);
        return WithBias(node, e, Product(e, padded, window, weights, shape, node.Int("group", 1)), window.Axes);
    }

    // Zeros between the elements turn a transposed convolution into a convolution with turned weights at stride 1.
    private static Value ConvTranspose(Node node, Emitter e)
    {
        var (weights, shape) = Weights(node, e);
        var kernel = shape[2..];
        var axes = kernel.Length;
        var strides = node.Ints("strides") ?? Window.Ones(axes);
        var dilations = node.Ints("dilations") ?? Window.Ones(axes);
        var pads = TransposedPads.Of(node, kernel, strides, dilations, e.DimsOf(node.Inputs[0]))
            ?? throw new ReverieException($"{node.Describe()}: its output_shape fixes pads that depend on the input's size, which must be known in float64");
        var outputPadding = node.Ints("output_padding") ?? new long[axes];
        var x = e[node.Inputs[0]];
        for (var axis = 0; axis < axes; axis++)
            if (strides[axis] > 1) x = Spread(e, x, 2 + axis, strides[axis], axes);
        var around = new long[2 * axes];
        for (var axis = 0; axis < axes; axis++)
        {
            var reach = dilations[axis] * (kernel[axis] - 1);
            around[axis] = reach - pads[axis];
            around[axes + axis] = reach - pads[axes + axis] + outputPadding[axis];
        }
        var padded = e.Op("Pad", x, e.Ints([0, 0, .. around[..axes], 0, 0, .. around[axes..]]), e.Scalar(0));
        var group = node.Int("group", 1);
        long[] turned = [shape[1] * group, shape[0] / group, .. kernel];
        var window = new Windows(kernel, Window.Ones(axes), dilations, default, default);
        return WithBias(node, e, Product(e, padded, window, Turned(e, weights, shape, group), turned, group), axes);
    }

    private static (Value Weights, long[] Shape) Weights(Node node, Emitter e) => (e[node.Inputs[1]], e.Graph.TypeOf(node.Inputs[1])?.KnownShape
        ?? throw new ReverieException($"{node.Describe()}: the shape of its weights must be known in float64"));

    // [M, C/g, k...] as [C, M/g, k...] with every kernel turned around, at once where the weights are a constant, else in the graph
    private static Value Turned(Emitter e, Value weights, long[] shape, long group)
    {
        if (e.ConstantOf(weights.Name) is { } constant)
            return e.Constant("turned", constant.Type == ElementType.Float ? FlippedWeights.Flip<float>(constant, group) : FlippedWeights.Flip<double>(constant, group));
        var axes = shape.Length - 2;
        long[] spatial = [.. Enumerable.Range(2, axes).Select(axis => (long)axis)];
        var all = Enumerable.Repeat(long.MinValue, axes).ToArray();
        var reversed = e.Op("Slice", weights, e.Ints([.. spatial.Select(_ => -1L)]), e.Ints(all), e.Ints(spatial), e.Ints([.. spatial.Select(_ => -1L)]));
        return reversed.Reshape([group, shape[0] / group, .. shape[1..]]).Transpose([0, 2, 1, .. spatial.Select(axis => axis + 1)])
            .Reshape([shape[1] * group, shape[0] / group, .. shape[2..]]);
    }

    // [.., n, ..] becomes [.., n, stride, ..] with zeros, read as [.., n stride, ..], the last zeros cut off
    private static Value Spread(Emitter e, Value x, int axis, long stride, int axes)
    {
        var rank = 2 + axes;
        var pads = new long[2 * (rank + 1)];
        pads[rank + 1 + axis + 1] = stride - 1;
        var shape = e.Op("Shape", x);
        var wide = e.Op("Pad", x.Unsqueeze(axis + 1), e.Ints(pads), e.Scalar(0))
            .Reshape(e.Op("Concat", [shape.Range(0, axis), e.Ints(-1), shape.Range(axis + 1, rank)], ("axis", 0)));
        return wide.Slice(e.Ints(0), e.Ints(1 - stride), axis);
    }

    private static Value Product(Emitter e, Value padded, Windows window, Value weights, long[] shape, long group)
    {
        long outputs = shape[0], channels = shape[1] * group, area = window.Kernel.Aggregate(1L, (product, size) => product * size);
        var shifted = new List<Value>();
        var counts = window.OutputsIn(e, padded, ceil: false);
        foreach (var offset in window.Offsets())
            shifted.Add(window.Shifted(e, padded, offset, counts).Reshape(0, group, channels / group, -1));
        var stacked = shifted.Count == 1 ? shifted[0] : e.Op("Concat", [.. shifted], ("axis", 2));
        // weights [M, C/g, k] laid out as [g, M/g, k C/g]
        var matrix = e.ConstantOf(weights.Name) is { } constant
            ? e.Constant("matrix", Matrix(constant, group, area))
            : weights.Reshape(group, outputs / group, shape[1], area).Transpose(0, 1, 3, 2).Reshape(group, outputs / group, area * shape[1]);
        var product = matrix.MatMul(stacked);
        return product.Reshape(e.Op("Concat", [e.Op("Shape", padded).Range(0, 1), e.Ints(outputs), counts], ("axis", 0)));
    }

    private static Tensor Matrix(Tensor weights, long group, long area)
    {
        int outputs = (int)weights.Shape[0], inputs = (int)weights.Shape[1], k = (int)area;
        var from = weights.ToDoubles();
        var to = new double[from.Length];
        for (var output = 0; output < outputs; output++)
            for (var input = 0; input < inputs; input++)
                for (var at = 0; at < k; at++)
                    to[(output * k + at) * inputs + input] = from[(output * inputs + input) * k + at];
        return Tensor.Of<double>(to, group, outputs / group, inputs * area);
    }

    private static Value WithBias(Node node, Emitter e, Value sum, int axes) => node.HasInput(2)
        ? sum + e[node.Inputs[2]].Reshape([-1, .. Window.Ones(axes)])
        : sum;
}
