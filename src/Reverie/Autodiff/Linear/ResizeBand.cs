using Reverie.Onnx;

namespace Reverie.Autodiff.Linear;

/// <summary>
/// The adjoint of resizing along one axis where the matrix would be large. An input takes part in a few outputs side by side: from the first of them on,
/// <c>dX_j = sum over k of A[first_j + k, j] dY[first_j + k]</c>, for as many k as there can be: a band of the matrix instead of all of it.
/// </summary>
internal static class ResizeBand
{
    // a gathered, weighted row costs as much as this many columns of a matrix product
    private const int RowsPerColumn = 48;

    // more rows than that are not gathered where sizes are free
    private const int Widest = 32;

    /// <summary>How many outputs an input can take part in; null where that is not known beforehand, or a matrix is as good.</summary>
    /// <param name="node">The Resize.</param>
    /// <param name="scale">The constant scale, if there is one.</param>
    /// <param name="from">How many inputs, where known.</param>
    /// <param name="to">How many outputs, where known.</param>
    public static int? Width(Node node, double? scale, long? from, long? to)
    {
        var coordinates = node.String("coordinate_transformation_mode", "half_pixel");
        if (node.Int("antialias", 0) != 0 || node.Int("exclude_outside", 0) != 0 || !Interpolation.Knows(coordinates)) return null;
        double? ratio = coordinates == "align_corners"
            ? (to - 1.0) / Math.Max((from - 1.0) ?? 1, 1)
            : scale ?? (double?)to / from;
        if (ratio is not { } r || from is null && coordinates == "align_corners") return null;
        // positions within the radius span 2 r outputs; a quarter more on either side, since positions are rounded
        var width = Math.Ceiling(2 * Interpolation.Radius(node) * r + 1.5);
        return (to is { } known ? width * RowsPerColumn < known : width <= Widest) ? (int)width : null;
    }

    /// <summary>The cotangent of the input, from that of the output.</summary>
    /// <param name="node">The Resize.</param>
    /// <param name="dy">The cotangent.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="rank">How many axes there are.</param>
    /// <param name="width">As found by <see cref="Width"/>.</param>
    /// <param name="n">How many inputs there are along the axis, a scalar of 64-bit integers.</param>
    /// <param name="m">How many outputs.</param>
    /// <param name="scale">Outputs per input; none where sizes are given.</param>
    /// <param name="nearest">Of a Resize to the nearest, the input that each output takes, [m].</param>
    public static Value Adjoint(Node node, Value dy, int axis, int rank, int width, Value n, Value m, Value? scale, Value? nearest)
    {
        var e = dy.Emitter;
        var (from, to) = (n.Cast(ElementType.Float), m.Cast(ElementType.Float));
        var perInput = scale ?? to / from;
        var j = Interpolation.Count(e, n);
        var first = (Interpolation.Position(node, j - Interpolation.Radius(node), from, to, perInput) - 0.25).Apply("Floor");
        // rows are gathered faster than columns
        var isLast = axis == rank - 1 && rank > 1;
        var permutation = Enumerable.Range(0, rank).Select(each => (long)each).ToArray();
        if (isLast)
        {
            (permutation[^1], permutation[^2]) = (permutation[^2], permutation[^1]);
            dy = dy.Transpose(permutation);
            axis--;
        }
        Value? sum = null;
        for (var k = 0; k < width; k++)
        {
            var i = k == 0 ? first : first + k;
            var inside = Interpolation.Clamped(i, to - 1);
            var index = inside.Cast(ElementType.Int64);
            var share = Share(node, i, j, from, to, perInput, nearest is { } taken ? e.Op("Gather", taken, index) : null);
            // an output before the first or after the last is none
            share = i.EqualTo(inside).Choose(share, 0);
            if (rank - 1 - axis is > 0 and var after) share = share.Reshape([-1, .. Enumerable.Repeat(1L, after)]);
            var term = e.Op("Gather", [dy, index], ("axis", axis)) * share;
            sum = sum is { } before ? before + term : term;
        }
        return isLast ? sum!.Value.Transpose(permutation) : sum!.Value;
    }

    // the weight of input j in output i
    private static Value Share(Node node, Value i, Value j, Value from, Value to, Value scale, Value? nearest)
    {
        if (nearest is { } taken) return taken.EqualTo(j).Cast(ElementType.Float);
        Value? sum = null;
        foreach (var (place, weight) in Interpolation.Taps(node, Interpolation.Coordinate(node, i, from, to, scale)))
        {
            var share = Interpolation.Clamped(place, from - 1).EqualTo(j).Cast(ElementType.Float) * weight!.Value;
            sum = sum is { } before ? before + share : share;
        }
        return sum!.Value;
    }
}
