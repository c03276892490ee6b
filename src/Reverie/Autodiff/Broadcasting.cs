using Reverie.Onnx;

namespace Reverie.Autodiff;

/// <summary>The adjoint of broadcasting: summing a cotangent over the dimensions along which an operand was repeated.</summary>
internal static class Broadcasting
{
    /// <summary>Sums <paramref name="cotangent"/>, of the shape of <paramref name="output"/>, to the shape of <paramref name="operand"/>.</summary>
    public static Value SumTo(Emitter emitter, Value cotangent, string output, string operand)
    {
        var (from, to) = (emitter.DimsOf(output), emitter.DimsOf(operand));
        if (from is null || to is null || from.Count < to.Count) return SumToDynamic(emitter, cotangent, emitter.ShapeOf(output), emitter.ShapeOf(operand));
        var leading = from.Count - to.Count;
        var axes = new List<long>();
        for (var axis = 0; axis < from.Count; axis++)
        {
            if (axis >= leading && from[axis].Equals(to[axis - leading])) continue;
            if (axis >= leading && to[axis - leading].Value != 1)
            {
                // a known size other than 1 cannot have been repeated; an unknown one may be 1 at run time
                if (to[axis - leading].IsKnown) continue;
                return SumToDynamic(emitter, cotangent, emitter.ShapeOf(output), emitter.ShapeOf(operand));
            }
            axes.Add(axis);
        }
        if (axes.Count == 0) return cotangent;
        var keep = leading == 0;
        var sum = emitter.Op("ReduceSum", [cotangent, emitter.Ints([.. axes])], ("keepdims", keep ? 1 : 0));
        return keep || axes.Count == leading ? sum : sum.Reshape(emitter.ShapeOf(operand));
    }

    private static Value SumToDynamic(Emitter emitter, Value cotangent, Value from, Value to)
    {
        // leading ones make the ranks equal; then the axes are those where the sizes differ
        var missing = emitter.Op("Sub", emitter.Op("Shape", from), emitter.Op("Shape", to));
        var ones = emitter.Op("ConstantOfShape", [missing], ("value", Tensor.Ints(1)));
        var padded = emitter.Op("Concat", [ones, to], ("axis", 0));
        var repeated = emitter.Op("Not", padded.EqualTo(from));
        var axes = emitter.Op("NonZero", repeated).Reshape(-1);
        var sum = emitter.Op("ReduceSum", [cotangent, axes], ("keepdims", 1), ("noop_with_empty_axes", 1));
        return sum.Reshape(to);
    }
}
