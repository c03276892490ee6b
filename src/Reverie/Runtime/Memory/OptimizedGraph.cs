using Reverie.Onnx;
using Reverie.Onnx.Shapes;
using Reverie.Runtime.Kernels;

namespace Reverie.Runtime.Memory;

/// <summary>
/// A graph as ONNX Runtime rewrote it (convolutions fused with their activations, tensors in the blocked layout, reorders between the layouts), in the order
/// in which it runs: what the session wrote down when it was made. Weights are left out, their sizes are not.
/// </summary>
internal sealed class OptimizedGraph
{
    private const string BlockedDomain = "com.microsoft.nchwc";
    private const int KeptBytes = 1024;

    // Operators of ONNX Runtime's own by the standard operator whose output has the same shape.
    private static readonly Dictionary<string, string> Likeness = new(StringComparer.Ordinal)
    {
        ["FusedConv"] = "Conv",
        ["FusedGemm"] = "Gemm",
        ["BiasGelu"] = "Add",
        ["FastGelu"] = "Relu",
        ["QuickGelu"] = "Relu",
        ["Gelu"] = "Relu",
        ["BiasSoftmax"] = "Add",
        ["SkipLayerNormalization"] = "Add",
        [Convolution3x3Operator.OperatorName] = "Conv",
        [MaxPoolGradientOperator.OperatorName] = "Relu",
        [GatedSumOperator.OperatorName] = "Relu",
        [AveragePoolGradientOperator.OperatorName] = "Relu",
        [LocalResponseOperator.OperatorName] = "Relu",
        [LocalResponseGradientOperator.OperatorName] = "Relu",
    };

    private readonly Graph _graph;

    private OptimizedGraph(Graph graph) => _graph = graph;

    /// <summary>The operators, in the order in which they run.</summary>
    public IReadOnlyList<Node> Nodes => _graph.Nodes;

    /// <summary>The tensors that a run is fed.</summary>
    public IReadOnlyList<GraphValue> Inputs => _graph.Inputs;

    /// <summary>The tensors that a run gives back.</summary>
    public IReadOnlySet<string> Outputs { get; private init; } = new HashSet<string>();

    /// <summary>The constants by name, with their bytes.</summary>
    public IReadOnlyDictionary<string, long> Weights { get; private init; } = new Dictionary<string, long>();

    /// <summary>
    /// The bytes of the weights that no operator has read when the session is made, so that their pages become resident in the first run: those of operators that take them
    /// as they lie in the file, instead of packing a copy.
    /// </summary>
    /// <param name="packs">Whether matrix products pack theirs.</param>
    public long UnreadBytes(bool packs) => _graph.Nodes.Where(node => node switch
    {
        { Domain: KernelDomain.Name } => true,
        { Domain: BlockedDomain } => false,
        { Op: "Conv" or "FusedConv" or "ConvTranspose" } => true,
        { Op: "Gemm" or "FusedGemm" or "MatMul" or "FusedMatMul" } => !packs,
        _ => false,
    }).SelectMany(node => node.Inputs).Distinct(StringComparer.Ordinal).Sum(input => Weights.GetValueOrDefault(input));

    /// <summary>Reads what a session wrote down; its files may be deleted afterwards.</summary>
    public static OptimizedGraph Read(string path, IReadOnlyList<GraphValue> inputs)
    {
        var graph = Model.Read(path).Graph;
        var shapes = new Graph();
        shapes.ReplaceNodes(graph.Nodes);
        shapes.Inputs.AddRange(graph.Inputs.Select(input => inputs.FirstOrDefault(known => known.Name == input.Name) ?? input));
        foreach (var (name, constant) in graph.Constants)
            if (constant.Data.Length < KeptBytes) shapes.Constants[name] = new(constant.Type, constant.Shape, constant.Data.ToArray());
            else shapes.Inputs.Add(new(name, new(constant.Type, [.. constant.Shape.ToArray().Select(Dim.Of)]))); // only its shape is asked for
        return new(shapes)
        {
            Weights = graph.Constants.ToDictionary(pair => pair.Key, pair => (long)pair.Value.Data.Length, StringComparer.Ordinal),
            Outputs = graph.Outputs.Select(output => output.Name).ToHashSet(StringComparer.Ordinal),
        };
    }

    /// <summary>What is known of every tensor for given shapes of the inputs; without shapes, what holds for all.</summary>
    public IReadOnlyDictionary<string, TensorType> Types(IReadOnlyDictionary<string, long[]>? inputShapes)
    {
        var inference = new Inference(_graph, inputShapes);
        var types = new Dictionary<string, TensorType>(StringComparer.Ordinal);
        foreach (var node in _graph.Nodes)
        {
            if (node.Domain.Length == 0) inference.Visit(node);
            else if (node.Domain == BlockedDomain) inference.Add(node.Output, new Fact(inference[node.Inputs[0]].Element, BlockedShape(node, inference)));
            // ONNX Runtime itself does not know the shapes that our own operators give
            else if (inputShapes is null && node.Domain == KernelDomain.Name) inference.Add(node.Output, new Fact(inference[node.Inputs[0]].Element, null));
            else if (node is { Op: DenseOperator.OperatorName, Domain: KernelDomain.Name }) inference.Visit(Gemm(node));
            else if (Likeness.TryGetValue(node.Op, out var like)) inference.Visit(As(node, like));
            else if (node.Op is "FusedMatMul") inference.Add(node.Output, new Fact(inference[node.Inputs[0]].Element, ProductShape(node, inference)));
            foreach (var output in node.Outputs)
                if (output.Length > 0) types[output] = inference[output].Type;
        }
        return types;
    }

    private static Node As(Node node, string op)
    {
        var like = new Node(op, node.Inputs.Take(op == "Relu" ? 1 : op == "Add" ? 2 : 3), node.Outputs.Take(1));
        foreach (var (name, value) in node.Attributes) like.Attributes[name] = value;
        return like;
    }

    private static Node Gemm(Node dense)
    {
        var like = new Node("Gemm", dense.Inputs, dense.Outputs);
        like.Attributes["transB"] = dense.Int("transposed", 0);
        return like;
    }

    // [N,C,H,W] with C rounded up to whole blocks, which weights are padded to already
    private static Dim[]? BlockedShape(Node node, Inference inference)
    {
        if (inference[node.Inputs[0]].Shape is not { Length: 4 } x) return null;
        switch (node.Op)
        {
            case "ReorderInput": return node.Int("channels_last", 0) == 1 ? [x[0], Blocks(x[3]), x[1], x[2]] : [x[0], Blocks(x[1]), x[2], x[3]];
            case "ReorderOutput":
                Dim channels = node.Int("channels", 0);
                return node.Int("channels_last", 0) == 1 ? [x[0], x[2], x[3], channels] : [x[0], channels, x[2], x[3]];
            case "GlobalMaxPool" or "GlobalAveragePool": return [x[0], x[1], 1, 1];
            case "Upsample":
                var scales = node.Ints("scales")!;
                return [x[0], x[1], x[2] * scales[2], x[3] * scales[3]];
        }
        var weights = node.Op == "Conv" ? inference[node.Inputs[1]].Shape : null;
        var kernel = node.Ints("kernel_shape") ?? (weights is null ? null : [weights[2].Value!.Value, weights[3].Value!.Value]);
        if (kernel is null) return null;
        return [x[0], weights?[0] ?? x[1], Positions(node, x[2], kernel, 0), Positions(node, x[3], kernel, 1)];
    }

    private static Dim Positions(Node node, Dim size, long[] kernel, int axis)
    {
        long stride = node.Ints("strides")?[axis] ?? 1, dilation = node.Ints("dilations")?[axis] ?? 1;
        var auto = node.String("auto_pad", "NOTSET");
        if (auto is "SAME_UPPER" or "SAME_LOWER") return size.CeilDiv(stride);
        var pads = auto == "VALID" ? null : node.Ints("pads");
        var room = size + (pads is null ? 0 : pads[axis] + pads[axis + 2]) - (dilation * (kernel[axis] - 1) + 1);
        return (node.Int("ceil_mode", 0) == 1 ? room.CeilDiv(stride) : room.FloorDiv(stride)) + 1;
    }

    private static Dim[]? ProductShape(Node node, Inference inference)
    {
        if (inference[node.Inputs[0]].Shape is not { Length: >= 2 } a || inference[node.Inputs[1]].Shape is not { Length: >= 2 } b) return null;
        // transBatch: a matrix dimension came first, before those of the batch
        if (node.Int("transBatchA", 0) == 1) a = [.. a[1..^1], a[0], a[^1]];
        if (node.Int("transBatchB", 0) == 1) b = [.. b[1..^1], b[0], b[^1]];
        var (rows, columns) = (node.Int("transA", 0) == 1 ? a[^1] : a[^2], node.Int("transB", 0) == 1 ? b[^2] : b[^1]);
        var batch = a.Length >= b.Length ? a : b;
        return [.. batch[..^2], rows, columns];
    }

    private static Dim Blocks(Dim channels) => channels.CeilDiv(BlockSize) * BlockSize;

    // MLAS: 16 channels with AVX-512, 8 elsewhere
    private static long BlockSize => System.Runtime.Intrinsics.X86.Avx512F.IsSupported ? 16 : 8;
}
