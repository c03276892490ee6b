namespace Reverie.Onnx.Schema;

/// <summary>
/// Decides whether a model from outside is one that Reverie, and ONNX Runtime after it, may work on. A model file is untrusted: everything
/// that the rest of the library takes for granted is checked here, without recursion and in time linear in the model's size.
/// </summary>
public static class ModelValidator
{
    /// <summary>The oldest standard operator set that is read (ONNX 1.2, 2018).</summary>
    public const long OldestOpset = 7;

    /// <summary>The newest standard operator set that is read.</summary>
    public const long NewestOpset = 24;

    /// <summary>The most bytes that all constants of one model may have together.</summary>
    public const long MaxConstantBytes = 16L << 30;

    private const int MaxValues = 4096;

    // a few bytes of shape are enough to make these ask for gigabytes
    private static readonly string[] Generators = ["ConstantOfShape", "Expand", "Tile", "Range", "OneHot", "Pad", "Resize", "EyeLike"];

    private static readonly string[] ControlFlow = ["If", "Loop", "Scan", "SequenceMap"];

    /// <summary>Checks a model as it was read from a file, and sorts its nodes topologically.</summary>
    /// <exception cref="ReverieException">The model is malformed, or uses what Reverie does not support; one line says what and where.</exception>
    public static void Check(Model model)
    {
        if (model.Opset is < OldestOpset or > NewestOpset)
            throw new ReverieException($"the model follows opset {model.Opset}; opsets {OldestOpset} to {NewestOpset} are supported. Export it again with one of these");
        CheckBorder(model.Graph);
        CheckConstants(model.Graph);
        model.Graph.Sort();
        // types written in the file beside its nodes are claims that nobody has checked yet: only inputs and constants are facts
        var inputs = model.Graph.Inputs.ToDictionary(input => input.Name, input => input.Type, StringComparer.Ordinal);
        CheckNodes(model.Graph, model.Opset, name => model.Graph.Constants.ContainsKey(name) ? model.Graph.TypeOf(name) : inputs.GetValueOrDefault(name));
    }

    /// <summary>Checks the nodes of a graph in the canonical operator set, with the types that shape inference found.</summary>
    /// <exception cref="ReverieException">A node is not what its operator asks for, or writes a tensor larger than Reverie handles.</exception>
    public static void CheckCanonical(Graph graph)
    {
        CheckNodes(graph, Model.CanonicalOpset, graph.TypeOf);
        foreach (var node in graph.Nodes)
            foreach (var output in node.Outputs)
                if (output.Length > 0 && graph.Types.GetValueOrDefault(output) is { KnownShape: { } shape } type) CheckSize(node, output, Tensor.CountOf(shape), type);
    }

    private static void CheckBorder(Graph graph)
    {
        if (graph.Inputs.Count == 0) throw new ReverieException("the model has no input: there is nothing to show it a picture through");
        if (graph.Outputs.Count == 0) throw new ReverieException("the model has no output");
        if (graph.Inputs.Count > MaxValues || graph.Outputs.Count > MaxValues) throw new ReverieException($"the model has more than {MaxValues} inputs or outputs");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var input in graph.Inputs)
        {
            if (!seen.Add(input.Name)) throw new ReverieException($"two inputs are called '{input.Name}'");
            if (graph.Constants.ContainsKey(input.Name)) throw new ReverieException($"the tensor '{input.Name}' is written twice: it is an input and a constant");
            if (input.Type.Element.Size() == 0)
                throw new ReverieException(input.Type.Element == ElementType.Undefined
                    ? $"the input '{input.Name}' is not a tensor, or has no element type"
                    : $"the input '{input.Name}' holds {input.Type.Element}, which is not supported");
            if (input.Type.Shape is not { } shape) throw new ReverieException($"the input '{input.Name}' has no shape; export the model with one, such as [1,3,224,224]");
            if (shape.Count > 8) throw new ReverieException($"the input '{input.Name}' has {shape.Count} dimensions");
            if ((Int128)Tensor.CountOf([.. shape.Select(dim => dim.Value ?? 1)]) * input.Type.Element.Size() > Tensor.MaxBytes)
                throw new ReverieException($"the input '{input.Name}' of shape {input.Type} is larger than 2 GiB");
        }
        seen.Clear();
        foreach (var output in graph.Outputs)
            if (!seen.Add(output.Name)) throw new ReverieException($"two outputs are called '{output.Name}'");
    }

    private static void CheckConstants(Graph graph)
    {
        Int128 bytes = 0;
        foreach (var (name, tensor) in graph.Constants)
        {
            if (name.Length == 0) throw new ReverieException("a constant has no name");
            if ((bytes += tensor.Data.Length) > MaxConstantBytes) throw new ReverieException($"the model's constants have more than {MaxConstantBytes >> 30} GiB together");
        }
    }

    private static void CheckNodes(Graph graph, long opset, Func<string, TensorType?> typeOf)
    {
        foreach (var node in graph.Nodes)
        {
            var schema = OperatorSchemas.Find(node.Domain, node.Op) ?? throw Unsupported(node);
            // Gelu is canonical although its opset is 20: upgrading takes it as it is
            var canonical = node.Domain.Length > 0 || (opset == Model.CanonicalOpset && node.Op == "Gelu");
            if (!canonical && opset < schema.Since) throw new ReverieException($"{node.Describe()} exists from opset {schema.Since} on, but the model follows opset {opset}");
            if (!canonical && opset > schema.Until) throw new ReverieException($"{node.Describe()} exists up to opset {schema.Until}, but the model follows opset {opset}");
            schema.Check(new(node, opset, typeOf, graph.Constants));
        }
    }

    private static void CheckSize(Node node, string output, long count, TensorType type)
    {
        if (Generators.Contains(node.Op) && count > NodeCheck.MaxGenerated)
            throw new ReverieException($"{node.Describe()}: it asks for a tensor of {count:N0} elements, more than the limit of {NodeCheck.MaxGenerated:N0} for operators that enlarge");
        if ((Int128)count * Math.Max(1, type.Element.Size()) > Tensor.MaxBytes)
            throw new ReverieException($"{node.Describe()}: the tensor '{output}' of type {type} is larger than 2 GiB");
    }

    private static ReverieException Unsupported(Node node) =>
        node.Domain.Length == 0 && ControlFlow.Contains(node.Op)
            ? new($"{node.Describe()} is control flow, which is not supported; export the model with the branch or loop resolved")
            : new($"{node.Describe()} is not supported; supported operators: docs/operators.md");
}
