using Reverie.Autodiff;
using Reverie.Explain;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Explain;

/// <summary>Small functions written as formulas over graph values, ready to be explained.</summary>
internal static class Formula
{
    /// <summary>A function of single numbers x1, x2, ...: each input is a batch of them.</summary>
    public static Subject Of(int inputs, Func<Value[], Value> formula, Precision precision = Precision.Float64) => Over([.. Enumerable.Repeat(Array.Empty<long>(), inputs)], formula, precision);

    /// <summary>A function of tensors; its result must be one number for each item, or it is summed over the item.</summary>
    public static Subject Over(long[][] itemShapes, Func<Value[], Value> formula, Precision precision = Precision.Float64)
    {
        var graph = new Graph();
        for (var index = 0; index < itemShapes.Length; index++)
            graph.Inputs.Add(new($"x{index + 1}", new(ElementType.Float, [Dim.Symbol("N"), .. itemShapes[index].Select(Dim.Of)])));
        var emitter = new Emitter(graph) { Prefix = "f" };
        // a rule of the walk asks for shapes, so that every value is known before it is used
        var result = formula([.. graph.Inputs.Select(input => emitter[input.Name])]);
        graph.Outputs.Add(new(result.Name, new(ElementType.Float, null)));
        graph.Refresh();
        ShapeInference.Infer(graph);
        return new(TargetFunction.Sum(graph, result.Name), precision);
    }

    /// <summary>max(v, 0).</summary>
    public static Value Relu(Value value) => value.Apply("Relu");

    /// <summary>What a method gives for single numbers.</summary>
    public static double[] Explain(this AttributionMethod method, Subject subject, double[] x, double[]? baseline = null)
    {
        var context = new AttributionContext { Subject = subject, Inputs = Numbers(x), Baselines = baseline is null ? [] : [Numbers(baseline)] };
        return [.. method.Attribute(context).Maps.Select(map => map.Values[0])];
    }

    public static Signal[] Numbers(double[] values) => [.. values.Select(value => Signal.Of([value], 1))];
}
