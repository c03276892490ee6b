using Reverie.Autodiff.Rules;
using Reverie.Onnx;

namespace Reverie.Autodiff.Float64;

/// <summary>Resizing as products with interpolation matrices, one for each axis that changes, built in the graph from the definition of the operator.</summary>
internal static class ResizeLowering
{
    public static void AddTo(Dictionary<string, Lowering> lowerings) => lowerings["Resize"] = Resize;

    private static Value Resize(Node node, Emitter e)
    {
        if (node.Int("antialias", 0) == 1 || node.Int("exclude_outside", 0) == 1 || node.String("keep_aspect_ratio_policy", "stretch") != "stretch")
            throw new ReverieException($"{node.Describe()}: antialias, exclude_outside and keep_aspect_ratio_policy are not supported in float64");
        var input = node.Inputs[0];
        var rank = e.RankOf(input);
        var axes = node.Ints("axes")?.Select(axis => axis < 0 ? axis + rank : axis).ToList() ?? [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        var bySize = node.HasInput(3);
        var scales = bySize ? null : e.ConstantOf(node.Inputs[2])?.ToDoubles();
        return Axes(node, e, axes, rank, index =>
            bySize ? null
            : scales is not null ? e.Scalar(ExactNumbers.Recover((float)scales[index]))
            : e[node.Inputs[2]].Range(index, index + 1));
    }

    private static Value Axes(Node node, Emitter e, List<long> axes, int rank, Func<int, Value?> scaleOf)
    {
        var y = e[node.Inputs[0]];
        var shape = e.Op("Shape", y);
        for (var index = 0; index < axes.Count; index++)
        {
            var axis = (int)axes[index];
            var scale = scaleOf(index);
            if (scale is { } s && e.ConstantOf(s.Name)?.Exact == 1) continue;
            var n = e.Op("Gather", [shape, e.Int(axis)], ("axis", 0));
            Value m;
            if (scale is null) m = e.Op("Gather", [e[node.Inputs[3]], e.Int(index)], ("axis", 0));
            else m = (n.Cast(ElementType.Float) * scale.Value).Apply("Floor").Cast(ElementType.Int64).Reshape();
            if (IsSame(e, node, axis)) continue;
            var matrix = Matrix(node, e, n, m, scale);
            y = Along(y, matrix, axis, rank);
        }
        return y.Name == node.Inputs[0] ? y.Apply("Identity") : y;
    }

    private static bool IsSame(Emitter e, Node node, int axis) =>
        e.DimsOf(node.Inputs[0]) is { } from && e.DimsOf(node.Output) is { } to && from[axis].IsKnown && from[axis].Equals(to[axis]);

    private static Value Along(Value y, Value matrix, int axis, int rank)
    {
        if (axis == rank - 1) return y.MatMul(matrix);
        var permutation = Enumerable.Range(0, rank).Select(each => (long)each).ToArray();
        (permutation[axis], permutation[^1]) = (permutation[^1], permutation[axis]);
        return y.Transpose(permutation).MatMul(matrix).Transpose(permutation);
    }

    // [n, m]: the share of input j in output i, summed over the taps of the interpolation
    private static Value Matrix(Node node, Emitter e, Value n, Value m, Value? scale)
    {
        var (from, to) = (n.Cast(ElementType.Float), m.Cast(ElementType.Float));
        var i = e.Op("Range", e.Int(0), m, e.Int(1)).Cast(ElementType.Float);
        var x = Coordinate(node, e, i, from, to, scale ?? to / from);
        var j = e.Op("Range", e.Int(0), n, e.Int(1)).Cast(ElementType.Float).Unsqueeze(1);
        Value? sum = null;
        foreach (var (place, weight) in Taps(node, e, x))
        {
            var clamped = e.Op("Min", e.Op("Max", place, e.Scalar(0)), from - 1);
            var share = j.EqualTo(clamped.Unsqueeze(0)).Cast(ElementType.Float);
            if (weight is { } w) share *= w.Unsqueeze(0);
            sum = sum is { } before ? before + share : share;
        }
        return sum!.Value;
    }

    private static Value Coordinate(Node node, Emitter e, Value i, Value from, Value to, Value scale) =>
        node.String("coordinate_transformation_mode", "half_pixel") switch
        {
            "half_pixel" => (i + 0.5) / scale - 0.5,
            "pytorch_half_pixel" => (to > 1).Choose((i + 0.5) / scale - 0.5, i * 0),
            "asymmetric" => i / scale,
            "align_corners" => (to > 1).Choose(i * (from - 1) / e.Op("Max", to - 1, e.Scalar(1)), i * 0),
            var mode => throw new ReverieException($"{node.Describe()}: the coordinate mode '{mode}' is not supported in float64"),
        };

    private static IEnumerable<(Value Place, Value? Weight)> Taps(Node node, Emitter e, Value x)
    {
        switch (node.String("mode", "nearest"))
        {
            case "nearest":
                yield return (node.String("nearest_mode", "round_prefer_floor") switch
                {
                    "round_prefer_floor" => (x - 0.5).Apply("Ceil"),
                    "round_prefer_ceil" => (x + 0.5).Apply("Floor"),
                    "floor" => x.Apply("Floor"),
                    _ => x.Apply("Ceil"),
                }, null);
                break;
            case "linear":
                var low = x.Apply("Floor");
                yield return (low, 1 - (x - low));
                yield return (low + 1, x - low);
                break;
            default:
                // Keys 1981, with the coefficient a of the node
                var a = ActivationRules.Exact(node.Float("cubic_coeff_a", -0.75f));
                var first = x.Apply("Floor");
                var t = x - first;
                yield return (first - 1, Outer(t + 1, a));
                yield return (first, Inner(t, a));
                yield return (first + 1, Inner(1 - t, a));
                yield return (first + 2, Outer(2 - t, a));
                break;
        }
    }

    private static Value Inner(Value d, double a) => ((a + 2) * d - (a + 3)) * d * d + 1;

    private static Value Outer(Value d, double a) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}
