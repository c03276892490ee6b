using Reverie.Onnx;

namespace Reverie.Autodiff.Float64;

/// <summary>Pools as sums and maxima over shifted slices.</summary>
internal static class PoolingLowerings
{
    public static void AddTo(Dictionary<string, Lowering> lowerings)
    {
        lowerings["AveragePool"] = AveragePool;
        lowerings["LpPool"] = LpPool;
        lowerings["GlobalLpPool"] = (node, e) => Norm(node, Powers(node, e).Sum(Spatial(node, e)));
        lowerings["MaxUnpool"] = MaxUnpool;
        lowerings["GlobalAveragePool"] = (node, e) => e[node.Inputs[0]].Mean(Spatial(node, e));
        lowerings["GlobalMaxPool"] = (node, e) => e.Op("ReduceMax", [e[node.Inputs[0]], e.Ints(Spatial(node, e))], ("keepdims", 1));
    }

    private static long[] Spatial(Node node, Emitter e) => [.. Enumerable.Range(2, e.RankOf(node.Inputs[0]) - 2).Select(axis => (long)axis)];

    private static Value MaxUnpool(Node node, Emitter e)
    {
        var shape = e[node.Inputs[2]];
        var zeros = e.Op("ConstantOfShape", [e.Op("ReduceProd", [shape], ("keepdims", 1))], ("value", Tensor.Of([0f], 1)));
        return e.Op("ScatterElements", [zeros, e[node.Inputs[1]].Reshape(-1), e[node.Inputs[0]].Reshape(-1)], ("axis", 0)).Reshape(shape);
    }

    private static Value LpPool(Node node, Emitter e)
    {
        var window = Windows.Of(node, e, node.Ints("kernel_shape")!);
        var powers = Powers(node, e);
        var ceil = node.Int("ceil_mode", 0) == 1;
        var padded = Windows.Padded(e, powers, window, 0);
        return Norm(node, Summed(e, padded, window, Counts(e, powers, padded, window, ceil), ceil));
    }

    private static Value Powers(Node node, Emitter e) => (node.Int("p", 2), e[node.Inputs[0]]) switch
    {
        (1, var x) => x.Apply("Abs"),
        (2, var x) => x * x,
        (var p, var x) => e.Op("Pow", x.Apply("Abs"), e.Scalar(p)),
    };

    private static Value Norm(Node node, Value sum) => node.Int("p", 2) switch
    {
        1 => sum,
        2 => sum.Sqrt(),
        var p => sum.Emitter.Op("Pow", sum, sum.Emitter.Scalar(1.0 / p)),
    };

    // In ceil mode a window must still begin inside the input or its left pad.
    private static Value Counts(Emitter e, Value x, Value padded, Windows window, bool ceil)
    {
        var counts = window.OutputsIn(e, padded, ceil);
        return ceil ? e.Op("Min", counts, (e.Op("Shape", x).Range(2) + window.Begins - e.Ints(1)) / e.Ints(window.Strides) + e.Ints(1)) : counts;
    }

    private static Value AveragePool(Node node, Emitter e)
    {
        var kernel = node.Ints("kernel_shape")!;
        var window = Windows.Of(node, e, kernel);
        var x = e[node.Inputs[0]];
        var padded = Windows.Padded(e, x, window, 0);
        var ceil = node.Int("ceil_mode", 0) == 1;
        var counts = Counts(e, x, padded, window, ceil);
        var size = e.Op("Concat", [e.Ints(1, 1), e.Op("Shape", x).Range(2)], ("axis", 0));
        var inside = e.Op("ConstantOfShape", [size], ("value", Tensor.Of([1f], 1)));
        var ones = Windows.Padded(e, inside, window, node.Int("count_include_pad", 0) == 1 ? 1 : 0);
        return Summed(e, padded, window, counts, ceil) / Summed(e, ones, window, counts, ceil);
    }

    private static Value Summed(Emitter e, Value padded, Windows window, Value counts, bool ceil)
    {
        // windows that stick out beyond the pads sum zeros
        if (ceil) padded = e.Op("Pad", padded, e.Ints([0, 0, .. new long[window.Axes], 0, 0, .. window.Strides]), e.Scalar(0));
        return window.Offsets().Select(offset => window.Shifted(e, padded, offset, counts)).Aggregate((sum, next) => sum + next);
    }
}
