using Reverie.Onnx.Evaluation;
using Reverie.Onnx.Shapes;

namespace Reverie.Onnx.Rewrites;

/// <summary>
/// Replaces nodes that always give the same by constants: shape computations whose result shape inference knows, and movements, conversions and
/// arithmetic on constants. Arithmetic that would round is left alone, so that a graph lowered to float64 still computes it exactly;
/// ONNX Runtime folds that itself.
/// </summary>
public static class ConstantFolding
{
    /// <summary>How many bytes folding may add to a graph by default: 64 MiB. (A few bytes of Expand or Tile can ask for gigabytes.)</summary>
    public const long DefaultByteLimit = 64L << 20;

    /// <summary>
    /// Folds in place. Nodes whose result would make the constants grow by more than <paramref name="byteLimit"/> in all, over the sizes of the constants
    /// they are made from, stay. What the folded nodes were made from is left for <see cref="DeadCode"/>.
    /// </summary>
    /// <exception cref="ReverieException">Shapes contradict each other.</exception>
    public static void Apply(Graph graph, long byteLimit = DefaultByteLimit)
    {
        var inference = new Inference(graph);
        var outputs = graph.Outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        var budget = byteLimit;
        var credited = new HashSet<string>(StringComparer.Ordinal);
        var kept = new List<Node>(graph.Nodes.Count);
        foreach (var node in graph.Nodes)
        {
            inference.Visit(node);
            if (outputs.Overlaps(node.Outputs) || Fold(graph, node, inference, ref budget, credited) is not { } results)
            {
                kept.Add(node);
                continue;
            }
            for (var index = 0; index < results.Length; index++)
            {
                if (node.Outputs[index].Length == 0) continue;
                graph.Constants[node.Outputs[index]] = results[index];
                graph.Types.Remove(node.Outputs[index]);
                inference.Add(node.Outputs[index], results[index]);
            }
        }
        graph.ReplaceNodes(kept);
    }

    private static Tensor[]? Fold(Graph graph, Node node, Inference inference, ref long budget, HashSet<string> credited)
    {
        // integers that inference knows, whatever they were computed from
        var facts = node.Outputs.ConvertAll(output => inference[output]);
        if (facts.TrueForAll(fact => fact.Constant is { } constant && !constant.Type.IsFloating())) return [.. facts.Select(fact => fact.Constant!)];
        if (facts is not [var fact] || fact.Type.KnownShape is not { } shape || fact.Element.Size() == 0) return null;

        var inputs = new Tensor?[node.Inputs.Count];
        var bytes = (Int128)Tensor.CountOf(shape) * fact.Element.Size();
        var growth = bytes;
        for (var index = 0; index < inputs.Length; index++)
        {
            if (node.Inputs[index].Length == 0) continue;
            if (!graph.Constants.TryGetValue(node.Inputs[index], out var constant)) return null;
            inputs[index] = constant;
            if (!credited.Contains(node.Inputs[index])) growth -= constant.Data.Length;
        }
        if (bytes > Tensor.MaxBytes || growth > budget) return null;
        if (Evaluator.Evaluate(node, inputs, fact.Element, shape) is not { } result || !Evaluator.IsExact(node, inputs, result)) return null;
        budget -= (long)Int128.Max(growth, 0);
        credited.UnionWith(node.Inputs);
        return [result];
    }
}
