using Reverie.Onnx;

namespace Reverie.Autodiff;

/// <summary>
/// Reverse-mode differentiation as a graph rewrite: walks a graph backwards from seeded tensors and appends, rule by rule, the operators
/// of the backward pass. The result is an ordinary graph.
/// </summary>
public static class Differentiator
{
    /// <summary>
    /// Appends the backward pass to <paramref name="graph"/>, whose types must have been inferred.
    /// </summary>
    /// <param name="graph">The graph; it is changed.</param>
    /// <param name="seeds">For each tensor where the walk begins, the name of the tensor (of the same shape) that holds its cotangent.</param>
    /// <param name="withRespectTo">The tensors whose cotangents are wanted, usually the network's input.</param>
    /// <param name="rules">The rules to walk with.</param>
    /// <returns>For each wanted tensor, the name of the tensor that holds its cotangent.</returns>
    /// <exception cref="ReverieException">
    /// An operator on the way has no rule, or a seed does not depend on a wanted tensor.
    /// </exception>
    public static IReadOnlyDictionary<string, string> Append(
        Graph graph, IReadOnlyDictionary<string, string> seeds, IReadOnlyList<string> withRespectTo, RuleTable rules)
    {
        var emitter = new Emitter(graph);
        var forward = graph.Nodes.ToList();
        var depends = Dependents(forward, withRespectTo, rules, graph);
        if (!seeds.Keys.Any(depends.Contains))
            throw new ReverieException($"'{string.Join("', '", seeds.Keys)}' does not depend on '{string.Join("', '", withRespectTo)}' in a way that can be differentiated");
        var given = new Dictionary<string, List<Value>>(StringComparer.Ordinal);
        foreach (var (tensor, cotangent) in seeds) Contribute(tensor, emitter[cotangent]);
        var replacements = new Dictionary<Node, List<Node>>();
        var wanted = withRespectTo.ToHashSet(StringComparer.Ordinal);
        for (var index = forward.Count - 1; index >= 0; index--)
        {
            var node = forward[index];
            if (!node.Outputs.Any(given.ContainsKey) || rules.Stops.Contains(node.Op) || !node.Inputs.Any(depends.Contains)) continue;
            var rule = node.Domain.Length == 0 ? rules[node.Op] : null;
            if (rule is null)
                throw new ReverieException($"{node.Describe()} has no rule for the {rules.Name}; supported: docs/operators.md");
            emitter.Prefix = $"grad/{node.Output}";
            var context = new RuleContext(node, emitter, depends.Contains, Cotangent, Contribute);
            rule(context);
            if (context.Replacement is { } replacement) replacements[node] = replacement;
        }
        // before the nodes are replaced: adding up what several branches give still appends to them
        var cotangents = withRespectTo.ToDictionary(tensor => tensor, tensor => (Cotangent(tensor) ?? ZerosLike(emitter, tensor)).Name, StringComparer.Ordinal);
        if (replacements.Count > 0)
            graph.ReplaceNodes([.. graph.Nodes.SelectMany(node => replacements.TryGetValue(node, out var instead) ? instead : [node])]);
        return cotangents;

        void Contribute(string tensor, Value cotangent)
        {
            if (!given.TryGetValue(tensor, out var contributions)) given[tensor] = contributions = [];
            contributions.Add(cotangent);
        }

        Value? Cotangent(string tensor)
        {
            if (!given.TryGetValue(tensor, out var contributions)) return null;
            // a chain of Add and not one Sum: ONNX Runtime folds each Add into the convolution before it
            while (contributions.Count > 1)
            {
                contributions[0] += contributions[1];
                contributions.RemoveAt(1);
            }
            return contributions[0];
        }
    }

    /// <summary>A tensor of zeros with the shape of another.</summary>
    internal static Value ZerosLike(Emitter emitter, string tensor) =>
        emitter.Op("ConstantOfShape", [emitter.ShapeOf(tensor)], ("value", Tensor.Of([0f], 1)));

    // The tensors that change with the wanted ones, as far as gradients can tell.
    private static HashSet<string> Dependents(List<Node> nodes, IReadOnlyList<string> sources, RuleTable rules, Graph graph)
    {
        var depends = new HashSet<string>(sources, StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            if (rules.Stops.Contains(node.Op) || !node.Inputs.Any(depends.Contains)) continue;
            if (node.Op == "Cast" && !((ElementType)node.Int("to", 0)).IsFloating()) continue;
            foreach (var output in node.Outputs)
                if (output.Length > 0 && graph.TypeOf(output)?.Element is not (ElementType.Int64 or ElementType.Int32 or ElementType.Bool)) depends.Add(output);
        }
        return depends;
    }
}
