using Reverie.Autodiff.Linear;
using Reverie.Onnx;

namespace Reverie.Autodiff.Rules;

/// <summary>
/// Resizing is linear and works axis by axis: Y = A_h X A_w^T. The matrices are found in the graph itself, by resizing identity matrices,
/// so that every mode and coordinate convention is right by construction; large ones by the band that is not zero.
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
            else if (Width(c, (int)axes[index], constant?[index]) is { } width)
                dy = Banded(c, dy, (int)axes[index], rank, width, constant?[index], factors.Range(index, index + 1), bySize);
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

    private static int? Width(RuleContext c, int axis, double? scale) =>
        ResizeBand.Width(c.Node, scale, c.Dims()?[axis].Value, c.Emitter.DimsOf(c.Node.Output)?[axis].Value);

    private static Value Banded(RuleContext c, Value dy, int axis, int rank, int width, double? scale, Value factor, bool bySize)
    {
        var e = c.Emitter;
        var n = e.Op("Gather", [c.Shape(), e.Int(axis)], ("axis", 0));
        var m = e.Op("Gather", [e.ShapeOf(c.Node.Output), e.Int(axis)], ("axis", 0));
        Value? nearest = null;
        if (c.Node.String("mode", "nearest") == "nearest")
        {
            // which input an output takes, where two are equally near, is found in the graph itself
            var places = Interpolation.Count(e, n).Unsqueeze(0, 1, 2);
            nearest = Resized(c, places, bySize ? e.Op("Concat", [e.Ints(1, 1, 1), factor], ("axis", 0)) : e.Op("Concat", [Ones(e), factor], ("axis", 0)), bySize).Reshape(-1);
        }
        return ResizeBand.Adjoint(c.Node, dy, axis, rank, width, n, m, scale is { } s ? e.Scalar(ExactNumbers.Recover((float)s)) : bySize ? null : factor.Reshape(), nearest);
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
        Value full = bySize ? e.Op("Concat", [e.Ints(1, 1), size, factor], ("axis", 0)) : e.Op("Concat", [Ones(e), factor], ("axis", 0));
        return Resized(c, identity, full, bySize).Reshape(e.Op("Concat", [size, e.Ints(-1)], ("axis", 0)));
    }

    private static Value Ones(Emitter e) => e.Constant("ones", Tensor.Of([1f, 1f, 1f], 3));

    // resized as the node resizes, by sizes or by scales of four axes
    private static Value Resized(RuleContext c, Value x, Value target, bool bySize)
    {
        var e = c.Emitter;
        var resize = new Node("Resize", bySize ? [x.Name, "", "", target.Name] : [x.Name, "", target.Name], [e.Fresh("Resize")]);
        foreach (var (name, value) in c.Node.Attributes)
            if (name is not ("axes" or "keep_aspect_ratio_policy")) resize.Attributes[name] = value;
        e.Nodes.Add(resize);
        return e[resize.Output];
    }
}
