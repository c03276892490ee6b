namespace Reverie.Autodiff.Rules;

/// <summary>Operators that only move elements: each is undone by another of its kind.</summary>
internal static class LayoutRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules)
    {
        rules["Reshape"] = c => c.Give(0, c.Dy.Reshape(Target(c)));
        rules["Flatten"] = rules["Reshape"];
        rules["Squeeze"] = rules["Reshape"];
        rules["Unsqueeze"] = rules["Reshape"];
        rules["Transpose"] = Transpose;
        rules["Concat"] = Concat;
        rules["Split"] = Split;
        rules["Expand"] = c => c.GiveBroadcast(0, () => c.Dy);
        rules["Tile"] = Tile;
        rules["Trilu"] = c => c.Give(0, c.Emitter.Op("Trilu", [c.Dy, c.In(1)], ("upper", c.Node.Int("upper", 1))));
        rules["DepthToSpace"] = DepthToSpace;
        rules["SpaceToDepth"] = c => c.Give(0, c.Emitter.Op("DepthToSpace", [c.Dy], ("blocksize", c.Node.Int("blocksize", 1)), ("mode", "DCR")));
    }

    // A constant with one -1 where a single dimension is open: then nothing of the forward pass must be kept for its shape.
    private static Value Target(RuleContext c)
    {
        if (c.Dims() is { } dims && dims.Count(dim => !dim.IsKnown) == 1 && dims.All(dim => dim.Value != 0))
            return c.Emitter.Ints([.. dims.Select(dim => dim.Value ?? -1)]);
        return c.Shape();
    }

    private static void Transpose(RuleContext c)
    {
        var rank = c.Rank();
        var permutation = c.Node.Ints("perm") ?? [.. Enumerable.Range(0, rank).Select(axis => (long)(rank - 1 - axis))];
        var inverse = new long[rank];
        for (var axis = 0; axis < rank; axis++) inverse[permutation[axis]] = axis;
        c.Give(0, c.Dy.Transpose(inverse));
    }

    private static void Concat(RuleContext c)
    {
        var count = c.Node.Inputs.Count;
        if (count == 1)
        {
            c.Give(0, c.Dy);
            return;
        }
        var axis = c.Node.Int("axis", 0);
        var known = Enumerable.Range(0, count).Select(index => c.Dims(index) is { } dims ? dims[(int)(axis < 0 ? axis + dims.Count : axis)].Value : null).ToList();
        var sizes = known.All(size => size is not null)
            ? c.Emitter.Ints([.. known.Select(size => size!.Value)])
            : c.Emitter.Op("Concat", [.. Enumerable.Range(0, count).Select(index => c.Emitter.Op("Gather", [c.Shape(index), c.Emitter.Ints(axis)], ("axis", 0)))], ("axis", 0));
        var parts = c.Emitter.Ops("Split", count, [c.Dy, sizes], ("axis", axis));
        for (var index = 0; index < count; index++) c.Give(index, parts[index]);
    }

    private static void Split(RuleContext c)
    {
        var parts = c.Node.Outputs.Select((output, index) => c.Cotangent(index) ?? Differentiator.ZerosLike(c.Emitter, output)).ToArray();
        c.Give(0, c.Emitter.Op("Concat", parts, ("axis", c.Node.Int("axis", 0))));
    }

    // [d0, d1] repeated [r0, r1] times is [r0, d0, r1, d1]: sum over the r
    private static void Tile(RuleContext c)
    {
        var rank = c.Rank();
        var repeats = c.In(1).Unsqueeze(1);
        var shape = c.Emitter.Op("Concat", [repeats, c.Shape().Unsqueeze(1)], ("axis", 1)).Reshape(-1);
        long[] axes = [.. Enumerable.Range(0, rank).Select(axis => 2L * axis)];
        c.Give(0, c.Emitter.Op("ReduceSum", [c.Dy.Reshape(shape), c.Emitter.Ints(axes)], ("keepdims", 0)));
    }

    private static void DepthToSpace(RuleContext c)
    {
        var block = c.Node.Int("blocksize", 1);
        if (c.Node.String("mode", "DCR") == "DCR")
        {
            c.Give(0, c.Emitter.Op("SpaceToDepth", [c.Dy], ("blocksize", block)));
            return;
        }
        // CRD: [N, C b b, H, W] was read as [N, C, b, b, H, W] and transposed to [N, C, H, b, W, b]
        var shape = c.Shape();
        var b = c.Emitter.Ints(block);
        var split = c.Emitter.Op("Concat", [c.Emitter.Ints(0, -1), shape.Range(2, 3), b, shape.Range(3, 4), b], ("axis", 0));
        c.Give(0, c.Dy.Reshape(split).Transpose(0, 1, 3, 5, 2, 4).Reshape(shape));
    }
}
