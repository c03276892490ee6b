using System.Globalization;

namespace Reverie.Onnx.Rewrites;

/// <summary>
/// Multiplies BatchNormalization (at inference: y = scale (x - mean) / sqrt(variance + epsilon) + bias, per channel) into the convolution before it.
/// The new weights are rounded to float32 unless they are asked for exactly, so that float64 results are not to be asked of the graph.
/// </summary>
public static class BatchNormFolding
{
    /// <summary>
    /// Folds in place wherever a Conv with constant weights feeds nothing but a BatchNormalization with constant parameters and is not an output itself.
    /// The convolution's own result disappears; it is no alias, as nothing holds it any more.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="exact">Whether the new weights are float64, for a graph that is lowered to it; else float32.</param>
    public static void Apply(Graph graph, bool exact = false)
    {
        var producers = graph.Producers();
        var consumers = graph.Consumers();
        var outputs = graph.Outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var folded = new HashSet<Node>();
        foreach (var norm in graph.Nodes)
        {
            if (norm.Op != "BatchNormalization" || norm.Domain.Length > 0 || norm.Int("training_mode", 0) != 0 || norm.Outputs.Skip(1).Any(name => name.Length > 0)) continue;
            if (!producers.TryGetValue(norm.Input(0), out var conv) || conv.Op != "Conv" || conv.Domain.Length > 0 || outputs.Contains(conv.Output) || consumers[conv.Output].Count > 1) continue;
            if (!graph.Constants.TryGetValue(conv.Input(1), out var weights) || !IsFloating(weights)) continue;
            if (conv.HasInput(2) && !graph.Constants.ContainsKey(conv.Input(2))) continue;
            if (Enumerable.Range(1, 4).Any(index => !graph.Constants.TryGetValue(norm.Input(index), out var parameter) || !IsFloating(parameter) || parameter.Count != weights.Shape[0])) continue;
            Fold(graph, conv, norm, weights, exact);
            folded.Add(norm);
        }
        graph.ReplaceNodes([.. graph.Nodes.Where(node => !folded.Contains(node))]);
    }

    // An attribute is a 32-bit float that stands for a decimal number, 1e-5f for 1e-5: beyond float32 the difference counts.
    private static double Shortest(float value) => double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static bool IsFloating(Tensor tensor) => tensor.Type is ElementType.Float or ElementType.Double;

    private static void Fold(Graph graph, Node conv, Node norm, Tensor weights, bool exact)
    {
        var parameters = Enumerable.Range(1, 4).Select(index => graph.Constants[norm.Input(index)].ToDoubles()).ToArray();
        var (scale, bias, mean, variance) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var before = conv.HasInput(2) ? graph.Constants[conv.Input(2)].ToDoubles() : new double[scale.Length];
        var epsilon = Shortest(norm.Float("epsilon", 1e-5f));
        var filter = (int)(weights.Count / Math.Max(1, scale.Length));
        var values = weights.ToDoubles();
        var biases = new double[scale.Length];
        for (var channel = 0; channel < scale.Length; channel++)
        {
            var factor = scale[channel] / Math.Sqrt(variance[channel] + epsilon);
            foreach (ref var value in values.AsSpan(channel * filter, filter)) value *= factor;
            biases[channel] = (before[channel] - mean[channel]) * factor + bias[channel];
        }
        var names = (Weights: graph.AddConstant($"{conv.Input(1)}/folded", Rounded(values, weights.Shape)), Bias: graph.AddConstant($"{conv.Output}/bias", Rounded(biases, biases.Length)));
        conv.Inputs[1] = names.Weights;
        if (conv.Inputs.Count > 2) conv.Inputs[2] = names.Bias;
        else conv.Inputs.Add(names.Bias);
        conv.Outputs[0] = norm.Output;

        Tensor Rounded(double[] numbers, params ReadOnlySpan<long> shape) =>
            exact ? Tensor.Of<double>(numbers, shape) : Tensor.Of<float>(Array.ConvertAll(numbers, value => (float)value), shape);
    }
}
