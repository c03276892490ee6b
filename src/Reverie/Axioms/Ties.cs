using Reverie.Autodiff;
using Reverie.Explain;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;

namespace Reverie.Axioms;

/// <summary>Counts ties: ReLU inputs at 0, and windows of max pools with two maxima. At a tie f has no gradient, and attributions depend on conventions.</summary>
internal static class Ties
{
    private const double Near = 1e-6;

    /// <summary>The fractions of undecided rectifiers and pool windows over the items.</summary>
    public static (double Rectifiers, double Pools) Count(Graph graph, IReadOnlyList<Signal> items, IReadOnlyDictionary<string, long[]> shapes, RuntimeOptions runtime, CancellationToken cancellation)
    {
        var work = EquivalentRewrite.Rounded(graph);
        var emitter = new Emitter(work) { Prefix = "ties" };
        var (rectifiers, pools) = (new List<(string Name, double Size)>(), new List<(string Name, double Size)>());
        foreach (var node in work.Nodes.ToList())
        {
            if (node.Domain.Length > 0 || node.Outputs.Count == 0 || !shapes.TryGetValue(node.Output, out var shape)) continue;
            long[] axes = [.. Enumerable.Range(0, shape.Length).Select(axis => (long)axis)];
            if (axes.Length == 0) continue;
            if (node.Op == "Relu")
            {
                var z = emitter[node.Input(0)];
                var near = z.Apply("Abs") < (z * z).Mean(axes).Sqrt() * Near;
                rectifiers.Add((near.Cast(ElementType.Float).Mean(axes).Reshape(1).Name, Onnx.Tensor.CountOf(shape)));
            }
            else if (node.Op == "MaxPool" && Twice(emitter, node, shapes) is { } twice) pools.Add((twice.Mean(axes).Reshape(1).Name, Onnx.Tensor.CountOf(shape)));
        }
        if (rectifiers.Count + pools.Count == 0) return (0, 0);
        work.Refresh();
        work.Outputs.Clear();
        foreach (var (name, _) in rectifiers.Concat(pools)) work.Outputs.Add(new(name, new(ElementType.Float, null)));
        ShapeInference.Infer(work);
        using var compiled = CompiledGraph.Compile(work.Cut(rectifiers.Concat(pools).Select(each => each.Name), keepInputs: true), runtime, cancellation: cancellation);
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { [work.Inputs[0].Name] = RuntimeTensor.Of(Array.ConvertAll(item.Values, value => (float)value), item.Shape) }, cancellation: cancellation);
            foreach (var (name, _) in rectifiers.Concat(pools)) counts[name] = counts.GetValueOrDefault(name) + results[name].ToDoubles()[0] / items.Count;
        }
        return (Mean(rectifiers), Mean(pools));

        double Mean(List<(string Name, double Size)> places) => places.Count == 0 ? 0 : places.Sum(place => counts[place.Name] * place.Size) / places.Sum(place => place.Size);
    }

    // 1 for each window whose maximum occurs more than once, counted place by place.
    private static Value? Twice(Emitter e, Node node, IReadOnlyDictionary<string, long[]> shapes)
    {
        if (node.Ints("kernel_shape") is not [var height, var width] || node.Outputs.Count > 1 || node.Ints("dilations")?.Any(each => each != 1) == true || node.String("auto_pad", "NOTSET") != "NOTSET") return null;
        if (!shapes.TryGetValue(node.Input(0), out var from) || from.Length != 4 || !shapes.TryGetValue(node.Output, out var to)) return null;
        var (strides, pads) = (node.Ints("strides") ?? [1, 1], node.Ints("pads") ?? [0, 0, 0, 0]);
        long[] after = [.. Enumerable.Range(0, 2).Select(axis => Math.Max(0, (to[axis + 2] - 1) * strides[axis] + (axis == 0 ? height : width) - from[axis + 2] - pads[axis]))];
        // rectified activations are not negative, and windows of nothing but zeros pass no gradient whoever wins
        var x = e.Op("Pad", e[node.Input(0)], e.Ints(0, 0, pads[0], pads[1], 0, 0, after[0], after[1]), e.Scalar(float.MinValue));
        var y = e[node.Output];
        Value? count = null;
        for (var row = 0L; row < height; row++)
            for (var column = 0L; column < width; column++)
            {
                var part = e.Op("Slice", x, e.Ints(row, column), e.Ints(row + (to[2] - 1) * strides[0] + 1, column + (to[3] - 1) * strides[1] + 1), e.Ints(2, 3), e.Ints(strides[0], strides[1]));
                var equal = part.EqualTo(y).Cast(ElementType.Float);
                count = count is { } sum ? sum + equal : equal;
            }
        return ((count!.Value > 1.5) & (y > 0)).Cast(ElementType.Float);
    }
}
