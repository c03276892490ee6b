using Reverie.Onnx.Evaluation;

namespace Reverie.Onnx.Shapes;

/// <summary>One pass of shape inference over a graph, node by node.</summary>
internal sealed class Inference
{
    // An expression of this many characters comes from no network of practice; it is replaced by a name, so that hostile graphs cannot make it grow without bound.
    private const int MaxExpression = 2000;

    // Ranks that any rule handles.
    private const int MaxRank = 64;

    private readonly Graph _graph;
    private readonly Action<Node, Dim, Dim>? _assume;
    private readonly Dictionary<string, Fact> _facts;

    /// <summary>Starts with what is known of constants and inputs.</summary>
    /// <param name="graph">The graph; it is not changed.</param>
    /// <param name="inputShapes">Shapes that replace those declared for inputs.</param>
    /// <param name="assume">Told of every pair of dimensions that a node needs equal (or broadcastable, or divisible) although that depends on the sizes.</param>
    public Inference(Graph graph, IReadOnlyDictionary<string, long[]>? inputShapes = null, Action<Node, Dim, Dim>? assume = null)
    {
        _graph = graph;
        _assume = assume;
        _facts = new(graph.Nodes.Count + graph.Constants.Count, StringComparer.Ordinal);
        foreach (var (name, constant) in graph.Constants) _facts[name] = new Fact(constant);
        foreach (var input in graph.Inputs) _facts[input.Name] = new Fact(input.Type.Element, InputShape(input, inputShapes));
        foreach (var name in inputShapes?.Keys ?? [])
            if (!graph.Inputs.Exists(input => input.Name == name)) throw new ReverieException(Names.Unknown("input", name, graph.Inputs.Select(input => input.Name)));
    }

    /// <summary>What is known of a tensor so far.</summary>
    public Fact this[string tensor] => _facts.TryGetValue(tensor, out var fact) ? fact : Fact.Unknown;

    /// <summary>What is known of every tensor of a graph: constants, inputs, computed.</summary>
    public static Dictionary<string, Fact> Run(Graph graph, IReadOnlyDictionary<string, long[]>? inputShapes = null)
    {
        var inference = new Inference(graph, inputShapes);
        foreach (var node in graph.Nodes) inference.Visit(node);
        return inference._facts;
    }

    /// <summary>Tells of a constant that was added since.</summary>
    public void Add(string name, Tensor constant) => _facts[name] = new Fact(constant);

    /// <summary>Tells of a tensor that a node of no known operator writes.</summary>
    public void Add(string name, Fact fact) => _facts[name] = fact;

    /// <summary>Infers what a node writes; those whose outputs it reads have been visited before.</summary>
    public void Visit(Node node)
    {
        var outputs = Infer(node);
        for (var index = 0; index < outputs.Length; index++)
            if (node.Outputs[index].Length > 0) _facts[node.Outputs[index]] = outputs[index];
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

    private Fact[] Infer(Node node)
    {
        var inputs = new Fact[node.Inputs.Count];
        for (var index = 0; index < inputs.Length; index++)
            inputs[index] = this[node.Inputs[index]];
        var step = new Step(node, inputs, _assume);
        if (ShapeRules.Find(node) is { } rule)
        {
            try
            {
                rule(step);
                for (var index = 0; index < step.Outputs.Length; index++) step.Outputs[index] = Checked(step, index);
                if (step.Outputs.Length == 1) step.Outputs[0] = Evaluated(node, inputs, step.Outputs[0]);
            }
            catch (OverflowException)
            {
                throw step.Fail($"the shape of '{node.Output}' overflows 64-bit integers");
            }
        }
        for (var index = 0; index < step.Outputs.Length; index++)
        {
            // what no rule tells may stand in the file; a rewrite that makes declarations wrong removes them
            if (step.Outputs[index].Shape is not null || !_graph.Types.TryGetValue(node.Outputs[index], out var declared)) continue;
            var element = step.Outputs[index].Element != ElementType.Undefined ? step.Outputs[index].Element : declared.Element;
            step.Outputs[index] = new Fact(element, declared.Shape?.ToArray());
        }
        return step.Outputs;
    }

    // Small computations on constants are carried out: scales of Resize in floats, tables of indices.
    private static Fact Evaluated(Node node, Fact[] inputs, Fact fact)
    {
        if (fact.Type.KnownShape is not { } shape || fact.Values is not null || Tensor.CountOf(shape) > Fact.MaxValues) return fact;
        var constants = new Tensor?[inputs.Length];
        for (var index = 0; index < inputs.Length; index++)
        {
            if (node.Inputs[index].Length == 0) continue;
            if (inputs[index].Constant is not { Count: <= Fact.MaxValues } constant) return fact;
            constants[index] = constant;
        }
        return Evaluator.Evaluate(node, constants, fact.Element, shape) is { } value ? new Fact(value) : fact;
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
