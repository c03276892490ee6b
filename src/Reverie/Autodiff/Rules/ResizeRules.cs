using Reverie.Onnx;

namespace Reverie.Autodiff.Rules;

/// <summary>
/// Resizing is linear and works axis by axis: Y = A_h X A_w^T. The matrices are found in the graph itself, by resizing identity matrices,
/// so that every mode and coordinate convention is right by construction.
/// </summary>
internal static class ResizeRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules) => rules["Resize"] = Resize;

    private static void Resize(RuleContext c)
    {
        c.OnlyInput(0);
        var node = c.Node;
        if (node.String("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize") throw c.Refusal("tf_crop_and_resize is not supported");
        if (node.String("keep_aspect_ratio_policy", "stretch") != "stretch") throw c.Refusal("keep_aspect_ratio_policy is not supported");
        var rank = c.Rank();
        var axes = node.Ints("axes")?.Select(axis => axis < 0 ? axis + rank : axis).ToList() ?? [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        var bySize = node.HasInput(3);
        var factors = bySize ? c.In(3) : c.In(2);
        var constant = c.ConstantOf(2) is { Count: > 0 } scales ? scales.ToDoubles() : null;
        var dy = c.Dy;
        for (var index = 0; index < axes.Count; index++)
        {
            if (!bySize && constant?[index] == 1 || Unchanged(c, (int)axes[index])) continue;
            if (Replicates(node) && constant?[index] is { } factor && factor == Math.Floor(factor) && factor > 1)
                dy = SummedInBlocks(c, dy, axes[index], (long)factor, rank);
            else
                dy = TimesMatrix(c, dy, axes[index], factors.Range(index, index + 1), bySize, rank);
        }
        c.Give(0, dy);
    }

    // batch and channels are usually listed among the sizes, and keep theirs
    private static bool Unchanged(RuleContext c, int axis) =>
        c.Dims() is { } from && c.Emitter.DimsOf(c.Node.Output) is { } to && from[axis].Equals(to[axis]) && from[axis].IsKnown | axis < 2;

    // Nearest neighbours at a whole factor repeat each element, under these conventions.
    private static bool Replicates(Node node) => node.String("mode", "nearest") == "nearest"
        && (node.String("coordinate_transformation_mode", "half_pixel"), node.String("nearest_mode", "round_prefer_floor")) is
            ("asymmetric", "floor") or ("half_pixel", "round_prefer_floor" or "round_prefer_ceil") or ("pytorch_half_pixel", "round_prefer_floor" or "round_prefer_ceil");

    private static Value SummedInBlocks(RuleContext c, Value dy, long axis, long factor, int rank)
    {
        // [.., n f, ..] read as [.., n, f, ..] and summed over f
        var shape = c.Emitter.Op("Shape", dy);
        var split = c.Emitter.Op("Concat", [shape.Range(0, axis), c.Emitter.Ints(-1, factor), shape.Range(axis + 1, rank)], ("axis", 0));
        return c.Emitter.Op("ReduceSum", [dy.Reshape(split), c.Emitter.Ints(axis + 1)], ("keepdims", 0));
    }

    private static Value TimesMatrix(RuleContext c, Value dy, long axis, Value factor, bool bySize, int rank)
    {
        var matrix = Matrix(c, axis, factor, bySize);
        // dX = dY A along the axis, with A^T = matrix [from, to]
        if (axis == rank - 1) return dy.MatMul(matrix.Transpose(1, 0));
        if (axis == rank - 2) return matrix.MatMul(dy);
        var permutation = Enumerable.Range(0, rank).Select(each => (long)each).ToArray();
        (permutation[axis], permutation[^1]) = (permutation[^1], permutation[axis]);
        return dy.Transpose(permutation).MatMul(matrix.Transpose(1, 0)).Transpose(permutation);
    }

    // Resizing each row of the identity gives each element's share in the output: [from, to].
    private static Value Matrix(RuleContext c, long axis, Value factor, bool bySize)
    {
        var e = c.Emitter;
        var size = e.Op("Gather", [c.Shape(), e.Ints(axis)], ("axis", 0));
        var square = e.Op("ConstantOfShape", [e.Op("Concat", [size, size], ("axis", 0))], ("value", Tensor.Of([0f], 1)));
        var identity = e.Op("EyeLike", square).Unsqueeze(0, 1);
        var one = bySize ? e.Ints(1, 1) : e.Constant("ones", Tensor.Of([1f, 1f, 1f], 3));
        Value full = bySize ? e.Op("Concat", [one, size, factor], ("axis", 0)) : e.Op("Concat", [one, factor], ("axis", 0));
        var resize = new Node("Resize", bySize ? [identity.Name, "", "", full.Name] : [identity.Name, "", full.Name], [e.Fresh("Resize")]);
        foreach (var (name, value) in c.Node.Attributes)
            if (name is not ("axes" or "keep_aspect_ratio_policy")) resize.Attributes[name] = value;
        e.Nodes.Add(resize);
        return e[resize.Output].Reshape(e.Op("Concat", [size, e.Ints(-1)], ("axis", 0)));
    }
}
