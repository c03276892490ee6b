using Reverie.Autodiff;
using Reverie.Explain;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Axioms;

/// <summary>A function of a few numbers as an ONNX graph, in float64: what the figures are about.</summary>
internal sealed class TinyNetwork : IDisposable
{
    private readonly Subject _subject;
    private readonly bool _joined;

    private TinyNetwork(Graph graph, string result, bool joined) => (_subject, _joined) = (new(TargetFunction.Sum(graph, result), Precision.Float64), joined);

    /// <summary>A function of single numbers.</summary>
    public static TinyNetwork Of(int variables, Func<Value[], Value> formula) =>
        Make([.. Enumerable.Range(1, variables).Select(number => ($"x{number}", Array.Empty<long>()))], formula, false);

    /// <summary>A function of numbers that lie in one tensor of a shape, as layers with weights and pools need them.</summary>
    public static TinyNetwork Joined(long[] shape, Func<Value, Value> formula) => Make([("x", shape)], x => formula(x[0]), true);

    /// <summary>What a method attributes to the numbers.</summary>
    public double[] Attribute(AttributionMethod method, double[] x, double[] baseline)
    {
        var raw = method.Attribute(new() { Subject = _subject, Inputs = Signals(x), Baselines = [Signals(baseline)] });
        return [.. raw.Maps.SelectMany(map => map.Values).Select(value => value + 0.0)];
    }

    /// <summary>f.</summary>
    public double Value(double[] x) => _subject.Scores(Signals(x))[0];

    /// <summary>
    /// The integral of df/dx along a curve from t = 0 to 1, exact to rounding for piecewise polynomial f: where the gradient jumps, the place of the jump is found by bisection, and
    /// between jumps five nodes of Gauss and Legendre are exact to degree 9.
    /// </summary>
    /// <param name="curve">The point at t.</param>
    /// <param name="speed">Its derivative.</param>
    /// <param name="breaks">Where the curve itself has corners.</param>
    public double[] Along(Func<double, double[]> curve, Func<double, double[]> speed, params double[] breaks)
    {
        const int Cells = 64;
        const double Jump = 0.25;
        List<double> ends = [0];
        for (var cell = 0; cell < Cells; cell++)
        {
            double from = cell / (double)Cells, to = (cell + 1) / (double)Cells;
            if (Apart(from + 1e-12, to - 1e-12))
            {
                for (var step = 0; step < 45; step++)
                {
                    var middle = (from + to) / 2;
                    if (Apart(from + 1e-15, middle)) to = middle;
                    else from = middle;
                }
                ends.Add(to);
            }
            ends.Add((cell + 1) / (double)Cells);
        }
        List<double> all = [.. ends.Concat(breaks).Distinct().Order()];
        var rule = Quadrature.Of(QuadratureRule.GaussLegendre, 5);
        var sum = new double[curve(0).Length];
        for (var piece = 0; piece + 1 < all.Count; piece++)
            for (var node = 0; node < 5; node++)
            {
                var length = all[piece + 1] - all[piece];
                var t = all[piece] + length * rule.Nodes[node];
                var (gradient, way) = (Gradient(t), speed(t));
                for (var index = 0; index < sum.Length; index++) sum[index] += length * rule.Weights[node] * gradient[index] * way[index];
            }
        return sum;

        bool Apart(double one, double other) => Gradient(one).Zip(Gradient(other), (a, b) => Math.Abs(a - b)).Max() > Jump;

        double[] Gradient(double t) => [.. _subject.Differentiate(Signals(curve(t))).Gradients.SelectMany(map => map.Values)];
    }

    /// <summary>Gives the sessions back.</summary>
    public void Dispose() => _subject.Dispose();

    private static TinyNetwork Make((string Name, long[] Shape)[] inputs, Func<Value[], Value> formula, bool joined)
    {
        var graph = new Graph();
        foreach (var (name, shape) in inputs) graph.Inputs.Add(new(name, new(ElementType.Float, [Dim.Symbol("N"), .. shape.Select(Dim.Of)])));
        var emitter = new Emitter(graph) { Prefix = "f" };
        var result = formula([.. graph.Inputs.Select(input => emitter[input.Name])]);
        graph.Outputs.Add(new(result.Name, new(ElementType.Float, null)));
        graph.Refresh();
        ShapeInference.Infer(graph);
        return new(graph, result.Name, joined);
    }

    private Signal[] Signals(double[] numbers) => _joined
        ? [new(numbers, [1, .. _subject.Graph.Inputs[0].Type.Shape!.Skip(1).Select(dim => dim.Value!.Value)])]
        : [.. numbers.Select(number => Signal.Of([number], 1))];
}
