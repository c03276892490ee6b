using Reverie.Autodiff;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Explain;

/// <summary>
/// A scalar function of a graph, for each item of a batch: a linear function of one tensor. Probabilities are linear functions of a Softmax that is
/// appended to the graph. Its weights are the cotangent from which every backward pass begins.
/// </summary>
public sealed class TargetFunction
{
    private readonly Func<long[], double[]> _weights;

    private TargetFunction(Graph graph, string tensor, Func<long[], double[]> weights) => (Graph, Tensor, _weights) = (graph, tensor, weights);

    /// <summary>The graph; it holds <see cref="Tensor"/>.</summary>
    public Graph Graph { get; }

    /// <summary>The tensor that the function is linear in.</summary>
    public string Tensor { get; }

    /// <summary>The function's weights over the elements of one item of the tensor.</summary>
    /// <param name="itemShape">The shape of one item; empty for single numbers.</param>
    /// <exception cref="ReverieException">The function names an element that there is not.</exception>
    public double[] Weights(long[] itemShape) => _weights(itemShape);

    /// <summary>The same function in another graph that holds its tensor.</summary>
    internal TargetFunction On(Graph graph) => new(graph, Tensor, _weights);

    /// <summary>The sum of a tensor's item: for outputs with one value per item, that value.</summary>
    /// <exception cref="ReverieException">There is no such tensor.</exception>
    public static TargetFunction Sum(Graph graph, string tensor) => Of(graph, tensor, shape =>
    {
        var ones = new double[Onnx.Tensor.CountOf(shape)];
        Array.Fill(ones, 1);
        return ones;
    });

    /// <summary>One element: a flat index into one item, or one number per axis of the item.</summary>
    /// <exception cref="ReverieException">There is no such tensor.</exception>
    public static TargetFunction Element(Graph graph, string tensor, params IReadOnlyList<long> index) => Combination(graph, tensor, (index, 1));

    /// <summary>A weighted sum of elements.</summary>
    /// <exception cref="ReverieException">There is no such tensor.</exception>
    public static TargetFunction Combination(Graph graph, string tensor, params IReadOnlyList<(IReadOnlyList<long> Index, double Weight)> terms) => Of(graph, tensor, shape =>
    {
        var weights = new double[Onnx.Tensor.CountOf(shape)];
        foreach (var (index, weight) in terms) weights[Flat(tensor, index, shape)] += weight;
        return weights;
    });

    /// <summary>The mean of a channel: of the elements of one item whose first index it is.</summary>
    /// <exception cref="ReverieException">There is no such tensor.</exception>
    public static TargetFunction Channel(Graph graph, string tensor, long channel) => Of(graph, tensor, shape =>
    {
        var weights = new double[Onnx.Tensor.CountOf(shape)];
        var channels = shape.Length == 0 ? 1 : shape[0];
        if (channel < 0 || channel >= channels) throw new ReverieException($"{tensor} has no channel {channel}; it has {channels}, counted from 0");
        var area = weights.Length / (int)channels;
        weights.AsSpan((int)channel * area, area).Fill(1.0 / area);
        return weights;
    });

    /// <summary>One element less the mean of all others.</summary>
    /// <exception cref="ReverieException">There is no such tensor.</exception>
    public static TargetFunction Margin(Graph graph, string tensor, long index) => Of(graph, tensor, shape =>
    {
        var weights = new double[Onnx.Tensor.CountOf(shape)];
        if (weights.Length < 2) throw new ReverieException($"a margin needs at least two classes, but '{tensor}' has {weights.Length}");
        Array.Fill(weights, -1.0 / (weights.Length - 1));
        weights[Flat(tensor, [index], shape)] = 1;
        return weights;
    });

    /// <summary>The softmax of an element among those along axis 1.</summary>
    /// <exception cref="ReverieException">There is no such tensor.</exception>
    public static TargetFunction Probability(Graph graph, string logits, long index)
    {
        var work = graph.Clone();
        var emitter = new Emitter(work) { Prefix = "explain" };
        var probabilities = emitter.Op("Softmax", [emitter[work.Resolve(logits)]], ("axis", 1));
        work.Refresh();
        ShapeInference.Infer(work);
        return Element(work, probabilities.Name, index);
    }

    private static TargetFunction Of(Graph graph, string tensor, Func<long[], double[]> weights)
    {
        var name = graph.Resolve(tensor);
        return graph.Has(name) ? new(graph, name, weights) : throw new ReverieException(Names.Unknown("tensor", tensor, graph.Nodes.SelectMany(node => node.Outputs)));
    }

    private static int Flat(string tensor, IReadOnlyList<long> index, long[] shape)
    {
        var count = Onnx.Tensor.CountOf(shape);
        var flat = 0L;
        if (index.Count == 1) flat = index[0];
        else if (index.Count != shape.Length) throw Missing();
        else
            for (var axis = 0; axis < shape.Length; axis++)
            {
                if (index[axis] < 0 || index[axis] >= shape[axis]) throw Missing();
                flat = flat * shape[axis] + index[axis];
            }
        return flat >= 0 && flat < count ? (int)flat : throw Missing();

        ReverieException Missing() =>
            new($"there is no element {string.Join(",", index)} in '{tensor}': one item is [{string.Join(",", shape)}]; give a flat index or one number per axis, counted from 0");
    }
}
