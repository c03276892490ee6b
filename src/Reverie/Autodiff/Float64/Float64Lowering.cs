using Reverie.Autodiff.Rules;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Autodiff.Float64;

/// <summary>Rewrites one operator into others that ONNX Runtime's CPU computes in float64; returns what stands for its first output.</summary>
internal delegate Value Lowering(Node node, Emitter emitter);

/// <summary>
/// The same graph, forward or backward, in float64: the truth that everything numerical is judged by. ONNX Runtime's CPU has no float64
/// kernel for convolutions, average pools and some others; they become slices, matrix products and sums. Float attributes and scalar constants
/// are taken for the numbers they stand for (0.1f for 0.1), as a float64 export would have them.
/// </summary>
public static class Float64Lowering
{
    private static readonly Dictionary<string, Lowering> Lowerings = Make();

    /// <summary>Lowers a graph: its floating inputs, outputs and constants become float64, integers stay.</summary>
    /// <param name="graph">A canonical graph, with or without a backward pass; it is not changed.</param>
    /// <exception cref="ReverieException">An attribute of an operator is not supported in float64.</exception>
    public static Graph Lower(Graph graph)
    {
        var lowered = graph.Clone();
        ShapeInference.Infer(lowered);
        var nodes = new List<Node>(lowered.Nodes.Count);
        var emitter = new Emitter(lowered, nodes);
        foreach (var node in lowered.Nodes)
        {
            if (node.Domain.Length > 0 || !Lowerings.TryGetValue(node.Op, out var lowering))
            {
                nodes.Add(node);
                continue;
            }
            emitter.Prefix = $"f64/{node.Output}";
            var before = nodes.Count;
            Bind(emitter, lowering(node, emitter), node.Output, before);
        }
        lowered.ReplaceNodes(nodes);
        Convert(lowered);
        return lowered;
    }

    private static Dictionary<string, Lowering> Make()
    {
        var lowerings = new Dictionary<string, Lowering>(StringComparer.Ordinal);
        ConvolutionLowerings.AddTo(lowerings);
        PoolingLowerings.AddTo(lowerings);
        NormalisationLowerings.AddTo(lowerings);
        FunctionLowerings.AddTo(lowerings);
        TrigonometricLowerings.AddTo(lowerings);
        ReductionLowerings.AddTo(lowerings);
        ResizeLowering.AddTo(lowerings);
        return lowerings;
    }

    // The value takes over the name of the tensor that the lowered node wrote. A lowering that emits nothing gives a tensor that others may read.
    private static void Bind(Emitter emitter, Value value, string output, int before)
    {
        var last = emitter.Nodes[^1];
        if (emitter.Nodes.Count > before && last.Outputs.Count == 1 && last.Output == value.Name) last.Outputs[0] = output;
        else emitter.Nodes.Add(new Node("Identity", [value.Name], [output]));
    }

    private static void Convert(Graph graph)
    {
        foreach (var (name, tensor) in graph.Constants.ToList())
            if (tensor.Type == ElementType.Float) graph.Constants[name] = Widen(tensor);
        foreach (var node in graph.Nodes)
        {
            foreach (var key in (string[])["to", "dtype"])
                if (node.Attributes.TryGetValue(key, out var type) && type.Kind == AttributeKind.Int && type.Int == (long)ElementType.Float)
                    node.Attributes[key] = (long)ElementType.Double;
            if (node.Attributes.TryGetValue("value", out var value) && value.Kind == AttributeKind.Tensor && value.Tensor.Type == ElementType.Float)
                node.Attributes["value"] = Widen(value.Tensor);
            else if (node.Op == "ConstantOfShape" && !node.Attributes.ContainsKey("value"))
                node.Attributes["value"] = Tensor.Of([0.0], 1);
        }
        Retype(graph.Inputs);
        Retype(graph.Outputs);
        foreach (var (name, type) in graph.Types.ToList())
            if (type.Element == ElementType.Float) graph.Types[name] = type with { Element = ElementType.Double };
        graph.Refresh();
    }

    private static void Retype(List<GraphValue> values)
    {
        for (var index = 0; index < values.Count; index++)
            if (values[index].Type.Element == ElementType.Float)
                values[index] = values[index] with { Type = values[index].Type with { Element = ElementType.Double } };
    }

    // A constant without dimensions is a number that the network's program states, such as an attention's 1/sqrt(32); what was learnt has dimensions.
    private static Tensor Widen(Tensor tensor) => tensor is { Rank: 0, Exact: null, Type: ElementType.Float }
        ? Tensor.Of([ExactNumbers.Recover(tensor.Span<float>()[0])])
        : Tensor.Of<double>(tensor.ToDoubles(), tensor.Shape);
}
