using Reverie.Autodiff.Linear;
using Reverie.Onnx;

namespace Reverie.Autodiff.Rules;

/// <summary>Pooling: cotangents go to the winner of a window (max) or evenly to all of it (average); overlapping windows add up.</summary>
internal static class PoolingRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["MaxPool"] = MaxPool;
        rules["AveragePool"] = AveragePool;
        rules["GlobalAveragePool"] = c =>
        {
            var axes = SpatialAxes(c);
            var count = c.Dims() is { } dims && dims.Skip(2).All(dim => dim.IsKnown)
                ? c.Emitter.Scalar(dims.Skip(2).Aggregate(1.0, (product, dim) => product * dim.Value!.Value))
                : c.Emitter.Op("ReduceProd", [c.Shape().Range(2)], ("keepdims", 0)).Cast(ElementType.Float);
            c.Give(0, (c.Dy / count).Expand(c.Shape()));
        };
        rules["GlobalMaxPool"] = GlobalMaxPool;
    }

    internal static long[] SpatialAxes(RuleContext c) => [.. Enumerable.Range(2, c.Rank() - 2).Select(axis => (long)axis)];

    // ONNX Runtime's second output tells where each maximum was found: the first of equals, as PyTorch does.
    private static void MaxPool(RuleContext c)
    {
        var indices = Indices(c);
        if (Disjoint(Window.Of(c)) && c.Node.Int("ceil_mode", 0) == 0)
        {
            c.Give(0, c.Emitter.Op("MaxUnpool", [c.Dy, indices, c.Shape()], ("kernel_shape", c.Node.Ints("kernel_shape")!), ("strides", Window.Of(c).Strides)));
            return;
        }
        // overlapping windows add up where they chose the same element
        var zeros = c.Emitter.Op("ConstantOfShape", [c.Emitter.CountOf(c.X.Name)], ("value", Tensor.Of([0f], 1)));
        var scattered = c.Emitter.Op("ScatterElements", [zeros, indices.Reshape(-1), c.Dy.Reshape(-1)], ("axis", 0), ("reduction", "add"));
        c.Give(0, scattered.Reshape(c.Shape()));
    }

    /// <summary>Where each maximum of a MaxPool was found: flat places in the whole input.</summary>
    internal static Value Indices(RuleContext c)
    {
        if (c.Node.Int("storage_order", 0) != 0) throw c.Refusal("storage_order 1 is not supported");
        return c.Node.Outputs.Count > 1 && c.Node.Outputs[1].Length > 0 ? c.Emitter[c.Node.Outputs[1]] : AddIndices(c);
    }

    // No element is seen by two windows, and none lies in a pad: then nothing adds up, and putting each cotangent in its place is enough.
    private static bool Disjoint(Window window) =>
        window is { Begins: { } begins, Ends: { } ends } && begins.All(pad => pad == 0) && ends.All(pad => pad == 0)
        && Enumerable.Range(0, window.Axes).All(axis => window.Strides[axis] >= window.Extent(axis));

    private static Value AddIndices(RuleContext c)
    {
        var indices = c.Emitter.Fresh("Indices");
        c.Replace(() =>
        {
            var node = c.Node.Clone();
            if (node.Outputs.Count == 1) node.Outputs.Add(indices);
            else node.Outputs[1] = indices;
            c.Emitter.Nodes.Add(node);
        });
        return c.Emitter[indices];
    }

    private static void AveragePool(RuleContext c)
    {
        var window = Window.Of(c);
        var isWhole = window.Begins is { } begins && begins.All(pad => pad == 0) && window.Ends!.All(pad => pad == 0);
        var includes = c.Node.Int("count_include_pad", 0) == 1;
        var ceils = c.Node.Int("ceil_mode", 0) == 1;
        double area = window.Kernel.Aggregate(1L, (product, size) => product * size);
        var even = !ceils && (isWhole || includes) && window.Begins is not null;
        c.Give(0, SpreadOverWindows(c, window, even ? c.Dy / area : c.Dy / AverageDivisor.Of(c, window, includes)));
    }

    /// <summary>The adjoint of summing over windows: every element gets the sum of what the windows that see it were given.</summary>
    internal static Value SpreadOverWindows(RuleContext c, Window window, Value share)
    {
        // channels become batch items, so that one kernel of ones serves any number of them
        var area = window.Kernel.Aggregate(1L, (product, size) => product * size);
        var spatial = c.Emitter.ShapeOf(c.Node.Output).Range(2);
        var single = share.Reshape(c.Emitter.Op("Concat", [c.Emitter.Ints(-1, 1), spatial], ("axis", 0)));
        var ones = c.Emitter.Constant("ones", Tensor.Of<float>(Enumerable.Repeat(1f, (int)area).ToArray(), [1, 1, .. window.Kernel]));
        return ConvolutionAdjoint.OfInput(c, window, single, ones, 1).Reshape(c.Shape());
    }

    private static void GlobalMaxPool(RuleContext c)
    {
        // the first maximum of each channel: ArgMax over its elements, and the cotangent put there
        var flat = c.X.Reshape(0, 0, -1);
        var winner = c.Emitter.Op("ArgMax", [flat], ("axis", 2), ("keepdims", 1));
        var zeros = c.Emitter.Op("ConstantOfShape", [c.Emitter.Op("Shape", flat)], ("value", Tensor.Of([0f], 1)));
        var put = c.Emitter.Op("ScatterElements", [zeros, winner, c.Dy.Reshape(0, 0, 1)], ("axis", 2));
        c.Give(0, put.Reshape(c.Shape()));
    }
}
