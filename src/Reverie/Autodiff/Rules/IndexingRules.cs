using Reverie.Onnx;

namespace Reverie.Autodiff.Rules;

/// <summary>Operators that pick elements: each cotangent goes back to where its element came from, and repeated picks add up.</summary>
internal static class IndexingRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["Slice"] = Slice;
        rules["Gather"] = c => PutBack(c, positions => c.Emitter.Op("Gather", [positions, c.In(1)], ("axis", c.Node.Int("axis", 0))));
        rules["GatherElements"] = c =>
        {
            c.OnlyInput(0);
            c.Give(0, c.Emitter.Op("ScatterElements", [Differentiator.ZerosLike(c.Emitter, c.X.Name), c.In(1), c.Dy], ("axis", c.Node.Int("axis", 0)), ("reduction", "add")));
        };
        rules["Compress"] = c => PutBack(c, positions => c.Node.Attributes.TryGetValue("axis", out var axis)
            ? c.Emitter.Op("Compress", [positions, c.In(1)], ("axis", axis))
            : c.Emitter.Op("Compress", positions, c.In(1)));
        rules["GatherND"] = c => PutBack(c, positions => c.Emitter.Op("GatherND", [positions, c.In(1)], ("batch_dims", c.Node.Int("batch_dims", 0))));
    }

    // The same operator applied to the positions of the elements tells where each came from; true for any starts, steps and indices.
    private static void PutBack(RuleContext c, Func<Value, Value> pick)
    {
        c.OnlyInput(0);
        var shape = c.Shape();
        var count = c.Emitter.CountOf(c.X.Name);
        var positions = c.Emitter.Op("Range", c.Emitter.Int(0), count.Reshape(), c.Emitter.Int(1)).Reshape(shape);
        var zeros = c.Emitter.Op("ConstantOfShape", [count], ("value", Tensor.Of([0f], 1)));
        var put = c.Emitter.Op("ScatterElements", [zeros, pick(positions).Reshape(-1), c.Dy.Reshape(-1)], ("axis", 0), ("reduction", "add"));
        c.Give(0, put.Reshape(shape));
    }

    private static void Slice(RuleContext c)
    {
        c.OnlyInput(0);
        if (AsPads(c) is { } pads)
        {
            c.Give(0, c.Emitter.Op("Pad", c.Dy, pads, c.Emitter.Scalar(0)));
            return;
        }
        PutBack(c, positions => c.Emitter.Op("Slice", [positions, .. Enumerable.Range(1, c.Node.Inputs.Count - 1).Select(c.In)]));
    }

    // With steps of 1 and constant, non-negative starts a slice is undone by padding: cheap, whatever the size.
    private static Value? AsPads(RuleContext c)
    {
        if (c.Node.HasInput(4) && c.ConstantOf(4)?.ToInts().All(step => step == 1) != true) return null;
        if (c.ConstantOf(1)?.ToInts() is not { } starts || starts.Any(start => start < 0)) return null;
        var rank = c.Rank();
        var axes = c.Node.HasInput(3) ? c.ConstantOf(3)?.ToInts() : [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        if (axes is null || c.Dims() is not { } dims) return null;
        var begins = new long[rank];
        for (var index = 0; index < axes.Length; index++)
        {
            var axis = (int)(axes[index] < 0 ? axes[index] + rank : axes[index]);
            // a start beyond the end is clamped; only a known size tells
            if (starts[index] > 0 && dims[axis].Value is var size && size is null or 0) return null;
            begins[axis] = Math.Min(starts[index], dims[axis].Value ?? 0);
        }
        var before = c.Emitter.Ints(begins);
        if (dims.All(dim => dim.IsKnown) && c.Emitter.DimsOf(c.Node.Output) is { } outs && outs.All(dim => dim.IsKnown))
            return c.Emitter.Ints([.. begins, .. dims.Select((dim, axis) => dim.Value!.Value - outs[axis].Value!.Value - begins[axis])]);
        var after = c.Shape() - c.Emitter.ShapeOf(c.Node.Output) - before;
        return c.Emitter.Op("Concat", [before, after], ("axis", 0));
    }
}
