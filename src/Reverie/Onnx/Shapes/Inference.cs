namespace Reverie.Onnx.Shapes;

/// <summary>One pass of shape inference over a graph.</summary>
internal static class Inference
{
    // An expression of this many characters comes from no network of practice; it is replaced by a name, so that hostile graphs cannot make it grow without bound.
    private const int MaxExpression = 2000;

    /// <summary>Ranks that any rule handles.</summary>
    private const int MaxRank = 64;

    /// <summary>What is known of every tensor: constants, inputs, computed.</summary>
    /// <param name="graph">The graph; it is not changed.</param>
    /// <param name="inputShapes">Shapes that replace those declared for inputs.</param>
    /// <param name="assume">Told of every pair of dimensions that a node needs equal (or broadcastable) although that depends on the sizes.</param>
    public static Dictionary<string, Fact> Run(Graph graph, IReadOnlyDictionary<string, long[]>? inputShapes = null, Action<Node, Dim, Dim>? assume = null)
    {
        var facts = new Dictionary<string, Fact>(graph.Nodes.Count + graph.Constants.Count, StringComparer.Ordinal);
        foreach (var (name, constant) in graph.Constants) facts[name] = new Fact(constant);
        foreach (var input in graph.Inputs)
            facts[input.Name] = new Fact(input.Type.Element, InputShape(input, inputShapes));
        foreach (var name in inputShapes?.Keys ?? [])
            if (!graph.Inputs.Exists(input => input.Name == name)) throw new ReverieException(Names.Unknown("input", name, graph.Inputs.Select(input => input.Name)));

        foreach (var node in graph.Nodes)
        {
            var outputs = Infer(graph, node, facts, assume);
            for (var index = 0; index < outputs.Length; index++)
                if (node.Outputs[index].Length > 0) facts[node.Outputs[index]] = outputs[index];
        }
        return facts;
    }

    private static Dim[]? InputShape(GraphValue input, IReadOnlyDictionary<string, long[]>? shapes)
    {
        var declared = input.Type.Shape;
        if (shapes is null || !shapes.TryGetValue(input.Name, out var given)) return declared?.ToArray();
        if (Array.Exists(given, size => size < 0)) throw new ReverieException($"the input '{input.Name}' cannot have the shape [{string.Join(",", given)}]");
        if (declared is null) return Array.ConvertAll(given, Dim.Of);
        var fits = declared.Count == given.Length;
        for (var axis = 0; fits && axis < given.Length; axis++) fits = declared[axis].Value is not { } size || size == given[axis];
        if (!fits) throw new ReverieException($"the input '{input.Name}' has the shape [{string.Join(",", declared)}], so [{string.Join(",", given)}] does not fit");
        return Array.ConvertAll(given, Dim.Of);
    }

    private static Fact[] Infer(Graph graph, Node node, Dictionary<string, Fact> facts, Action<Node, Dim, Dim>? assume)
    {
        var inputs = new Fact[node.Inputs.Count];
        for (var index = 0; index < inputs.Length; index++)
            inputs[index] = facts.TryGetValue(node.Inputs[index], out var fact) ? fact : Fact.Unknown;
        var step = new Step(node, inputs, assume);
        if (ShapeRules.Find(node) is { } rule)
        {
            try
            {
                rule(step);
                for (var index = 0; index < step.Outputs.Length; index++) step.Outputs[index] = Checked(step, index);
            }
            catch (OverflowException)
            {
                throw step.Fail($"the shape of '{node.Output}' overflows 64-bit integers");
            }
        }
        for (var index = 0; index < step.Outputs.Length; index++)
        {
            // what no rule tells may stand in the file; a rewrite that makes declarations wrong removes them
            if (step.Outputs[index].Shape is not null || !graph.Types.TryGetValue(node.Outputs[index], out var declared)) continue;
            var element = step.Outputs[index].Element != ElementType.Undefined ? step.Outputs[index].Element : declared.Element;
            step.Outputs[index] = new Fact(element, declared.Shape?.ToArray());
        }
        return step.Outputs;
    }

    private static Fact Checked(Step step, int output)
    {
        var fact = step.Outputs[output];
        if (fact.Shape is not { } shape) return fact;
        var name = step.Node.Outputs[output];
        if (shape.Length > MaxRank) throw step.Fail($"the tensor '{name}' has {shape.Length} dimensions; at most {MaxRank} are supported");
        Int128 count = 1;
        var renamed = shape;
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis].Value is { } size)
            {
                if (size < 0) throw step.Fail($"the tensor '{name}' would have the shape [{Step.Text(shape)}], and a dimension cannot be negative");
                // unknown sizes are at least 1, so the known ones alone bound the count from below
                count = count * size > long.MaxValue ? long.MaxValue : count * size;
            }
            else if (shape[axis].Key.Length > MaxExpression)
            {
                if (ReferenceEquals(renamed, shape)) renamed = (Dim[])shape.Clone();
                renamed[axis] = step.Fresh(output, axis);
            }
        }
        if (count > ShapeInference.MaxElements)
            throw step.Fail($"the tensor '{name}' of shape [{Step.Text(shape)}] has more than {ShapeInference.MaxElements} elements, the most that one tensor may have");
        var values = fact.Values;
        if (values is not null && Array.Exists(values, value => !value.IsKnown && value.Key.Length > MaxExpression)) return new Fact(fact.Element, renamed);
        return ReferenceEquals(renamed, shape) ? fact : new Fact(fact.Element, renamed, values);
    }
}
