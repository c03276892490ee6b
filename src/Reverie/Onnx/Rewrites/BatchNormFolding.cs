namespace Reverie.Onnx.Rewrites;

/// <summary>
/// Multiplies BatchNormalization (at inference: y = scale (x - mean) / sqrt(variance + epsilon) + bias, per channel) into the convolution before it.
/// The new weights are rounded to float32, so this is for speed in float32, never for a graph that float64 results are asked of.
/// </summary>
public static class BatchNormFolding
{
    /// <summary>
    /// Folds in place wherever a Conv with constant weights feeds nothing but a BatchNormalization with constant parameters and is not an output itself.
    /// The convolution's own result disappears; it is no alias, as nothing holds it any more.
    /// </summary>
    public static void Apply(Graph graph)
    {
        var producers = graph.Producers();
        var consumers = graph.Consumers();
        var outputs = graph.Outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var folded = new HashSet<Node>();
        foreach (var norm in graph.Nodes)
        {
            if (norm.Op != "BatchNormalization" || norm.Domain.Length > 0 || norm.Int("training_mode", 0) != 0 || norm.Outputs.Skip(1).Any(name => name.Length > 0)) continue;
            if (!producers.TryGetValue(norm.Input(0), out var conv) || conv.Op != "Conv" || conv.Domain.Length > 0 || outputs.Contains(conv.Output) || consumers[conv.Output].Count > 1) continue;
            if (!graph.Constants.TryGetValue(conv.Input(1), out var weights) || weights.Type != ElementType.Float) continue;
            if (conv.HasInput(2) && !graph.Constants.ContainsKey(conv.Input(2))) continue;
            if (Enumerable.Range(1, 4).Any(index => !graph.Constants.TryGetValue(norm.Input(index), out var parameter) || parameter.Type != ElementType.Float || parameter.Count != weights.Shape[0])) continue;
            Fold(graph, conv, norm, weights);
            folded.Add(norm);
        }
        graph.ReplaceNodes([.. graph.Nodes.Where(node => !folded.Contains(node))]);
    }

    private static void Fold(Graph graph, Node conv, Node norm, Tensor weights)
    {
        var parameters = Enumerable.Range(1, 4).Select(index => graph.Constants[norm.Input(index)].ToDoubles()).ToArray();
        var (scale, bias, mean, variance) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var before = conv.HasInput(2) ? graph.Constants[conv.Input(2)].ToDoubles() : new double[scale.Length];
        double epsilon = norm.Float("epsilon", 1e-5f);
        var filter = (int)(weights.Count / Math.Max(1, scale.Length));
        var values = weights.Span<float>().ToArray();
        var biases = new float[scale.Length];
        for (var channel = 0; channel < scale.Length; channel++)
        {
            var factor = scale[channel] / Math.Sqrt(variance[channel] + epsilon);
            foreach (ref var value in values.AsSpan(channel * filter, filter)) value = (float)(value * factor);
            biases[channel] = (float)((before[channel] - mean[channel]) * factor + bias[channel]);
        }
        var names = (Weights: graph.AddConstant($"{conv.Input(1)}/folded", Tensor.Of<float>(values, weights.Shape)), Bias: graph.AddConstant($"{conv.Output}/bias", Tensor.Of<float>(biases, biases.Length)));
        conv.Inputs[1] = names.Weights;
        if (conv.Inputs.Count > 2) conv.Inputs[2] = names.Bias;
        else conv.Inputs.Add(names.Bias);
        conv.Outputs[0] = norm.Output;
    }
}
