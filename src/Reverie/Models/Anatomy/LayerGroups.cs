using Reverie.Onnx;

namespace Reverie.Models.Anatomy;

/// <summary>Operators gathered into layers.</summary>
internal static class LayerGroups
{
    // what only changes the values or the form of what the layer before it computed
    private static readonly HashSet<string> Followers = new(StringComparer.Ordinal)
    {
        "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "ThresholdedRelu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Mish", "Tanh", "Softplus", "Softsign", "Gelu", "Erf",
        "BatchNormalization", "Identity", "Cast", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze",
    };

    // with a constant operand these are a bias or a scale
    private static readonly HashSet<string> Arithmetic = new(StringComparer.Ordinal) { "Add", "Sub", "Mul", "Div" };

    /// <summary>The operators that work on what depends on the picture, layer by layer, in the order of computation. Sizes and what is made of them alone are no layers.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The picture.</param>
    /// <param name="named">Tensors that end a layer, because somebody calls them by name.</param>
    public static List<List<Node>> Of(Graph graph, string input, IReadOnlySet<string> named)
    {
        var groups = new List<List<Node>>();
        var groupOf = new Dictionary<string, int>(StringComparer.Ordinal);
        var dependent = new HashSet<string>(StringComparer.Ordinal) { input };
        var readers = graph.Consumers();
        foreach (var node in graph.Nodes)
        {
            if (node.Op is "Shape" or "Size") continue;
            var reads = node.Inputs.Where(dependent.Contains).Distinct(StringComparer.Ordinal).ToList();
            if (reads.Count == 0) continue;
            var outputs = node.Outputs.Where(output => output.Length > 0).ToList();
            dependent.UnionWith(outputs);
            if (reads is [var read] && groupOf.TryGetValue(read, out var group) && groups[group][^1].Output == read
                && !named.Contains(read) && readers[read].Count(reader => reader.Op is not ("Shape" or "Size")) == 1 && Follows(node))
            {
                groups[group].Add(node);
            }
            else
            {
                group = groups.Count;
                groups.Add([node]);
            }
            foreach (var output in outputs) groupOf[output] = group;
        }
        return groups;
    }

    /// <summary>The kind of a layer that begins with an operator.</summary>
    public static LayerKind KindOf(Node first, Graph graph) => first.Op switch
    {
        "Conv" or "ConvTranspose" => LayerKind.Convolution,
        "Gemm" => LayerKind.Dense,
        "MatMul" when first.Inputs.Exists(graph.Constants.ContainsKey) => LayerKind.Dense,
        "MaxPool" or "AveragePool" or "LpPool" or "GlobalAveragePool" or "GlobalMaxPool" or "ReduceMean" or "ReduceMax" => LayerKind.Pool,
        "LRN" or "BatchNormalization" or "InstanceNormalization" or "LayerNormalization" or "GroupNormalization" or "LpNormalization" => LayerKind.Normalisation,
        "Concat" or "Sum" or "Max" or "Min" or "Mean" => LayerKind.Join,
        _ when Arithmetic.Contains(first.Op) && !first.Inputs.Exists(graph.Constants.ContainsKey) => LayerKind.Join,
        _ => LayerKind.Other,
    };

    private static bool Follows(Node node) => Followers.Contains(node.Op) || Arithmetic.Contains(node.Op);
}
