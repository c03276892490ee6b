using Reverie.Onnx;

namespace Reverie.Autodiff.Float64;

/// <summary>Reductions that lack a float64 kernel.</summary>
internal static class ReductionLowerings
{
    public static void AddTo(Dictionary<string, Lowering> lowerings) => lowerings["ReduceProd"] = Product;

    // exp of the sum of logarithms, with the signs counted and zeros taken out first: good to about 1e-15 for each factor
    private static Value Product(Node node, Emitter e)
    {
        if (e.Graph.TypeOf(node.Inputs[0])?.Element is not (ElementType.Float or ElementType.Double))
        {
            // of sizes: it stays as it is
            var same = node.Clone();
            same.Outputs[0] = e.Fresh("ReduceProd");
            e.Nodes.Add(same);
            return e[same.Output];
        }
        var x = e[node.Inputs[0]];
        var zero = x.EqualTo(e.Scalar(0));
        var logarithms = Summed(zero.Choose(1, x).Apply("Abs").Apply("Log"));
        var negatives = Summed((x < 0).Cast(ElementType.Float));
        var zeros = Summed(zero.Cast(ElementType.Float));
        var odd = negatives - 2 * (negatives * 0.5).Apply("Floor");
        return (zeros > 0).Choose(0, logarithms.Exp() * (1 - 2 * odd));

        Value Summed(Value value) => e.Op("ReduceSum", node.HasInput(1) ? [value, e[node.Inputs[1]]] : [value],
            ("keepdims", node.Int("keepdims", 1)), ("noop_with_empty_axes", node.Int("noop_with_empty_axes", 0)));
    }
}
