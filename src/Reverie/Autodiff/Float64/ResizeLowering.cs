using Reverie.Autodiff.Linear;
using Reverie.Autodiff.Rules;
using Reverie.Onnx;

namespace Reverie.Autodiff.Float64;

/// <summary>Resizing axis by axis: for each output the inputs that it mixes, by the definition of the operator.</summary>
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
            y = Along(node, e, y, axis, rank, n, m, scale);
        }
        return y.Name == node.Inputs[0] ? y.Apply("Identity") : y;
    }

    private static bool IsSame(Emitter e, Node node, int axis) =>
        e.DimsOf(node.Inputs[0]) is { } from && e.DimsOf(node.Output) is { } to && from[axis].IsKnown && from[axis].Equals(to[axis]);

    // each output mixes a few inputs: gathered, weighted and added
    private static Value Along(Node node, Emitter e, Value y, int axis, int rank, Value n, Value m, Value? scale)
    {
        var (from, to) = (n.Cast(ElementType.Float), m.Cast(ElementType.Float));
        var x = Interpolation.Coordinate(node, Interpolation.Count(e, m), from, to, scale ?? to / from);
        Value? sum = null;
        foreach (var (place, weight) in Interpolation.Taps(node, x))
        {
            var index = Interpolation.Clamped(place, from - 1).Cast(ElementType.Int64);
            var term = e.Op("Gather", [y, index], ("axis", axis));
            if (weight is { } w) term *= w.Reshape([-1, .. Enumerable.Repeat(1L, rank - 1 - axis)]);
            sum = sum is { } before ? before + term : term;
        }
        return sum!.Value;
    }
}
