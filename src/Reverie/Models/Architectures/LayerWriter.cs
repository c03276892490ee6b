using Reverie.Models.Weights;
using Reverie.Onnx;

namespace Reverie.Models.Architectures;

/// <summary>
/// Writes a network layer by layer into a graph, taking each layer's weights from a state dict. Every method names the tensor that it makes and
/// gives that name back, so that a network reads as a chain of its layers.
/// </summary>
internal sealed class LayerWriter(StateDict weights)
{
    /// <summary>The name of the input.</summary>
    public const string Input = "input";

    /// <summary>The graph written so far.</summary>
    public Graph Graph { get; } = new();

    /// <summary>The weights.</summary>
    public StateDict Weights => weights;

    /// <summary>A convolution with <c>{layer}.weight</c> [M,C/groups,kH,kW] and, where there is one, <c>{layer}.bias</c> [M]; padding is
    /// symmetric, by half of the kernel where <paramref name="pad"/> is null.</summary>
    public string Conv(string x, string layer, string output, int stride = 1, int? pad = 0, int groups = 1, int dilation = 1)
    {
        var kernel = Shape($"{layer}.weight", 4);
        List<string> inputs = [x, Constant($"{layer}.weight")];
        if (weights.Has($"{layer}.bias")) inputs.Add(Constant($"{layer}.bias"));
        return Add("Conv", inputs, output, ("kernel_shape", new[] { kernel[2], kernel[3] }), ("strides", Both(stride)), ("pads", pad is { } both ? Pads(both) : [kernel[2] / 2, kernel[3] / 2, kernel[2] / 2, kernel[3] / 2]),
            ("dilations", Both(dilation)), ("group", (long)groups));
    }

    /// <summary>Batch normalisation in inference mode; <paramref name="epsilon"/> is not part of the weights, hence stated.</summary>
    public string BatchNorm(string x, string layer, string output, float epsilon = 1e-5f) => Add("BatchNormalization",
        [x, Constant($"{layer}.weight"), Constant($"{layer}.bias"), Constant($"{layer}.running_mean"), Constant($"{layer}.running_var")], output, ("epsilon", epsilon));

    public string Relu(string x, string output) => Add("Relu", [x], output);

    public string MaxPool(string x, string output, int size, int stride, int pad = 0, bool ceil = false) =>
        Add("MaxPool", [x], output, ("kernel_shape", Both(size)), ("strides", Both(stride)), ("pads", Pads(pad)), ("ceil_mode", ceil ? 1L : 0L));

    /// <summary>An average that counts the padding, as PyTorch's does unless told otherwise.</summary>
    public string AveragePool(string x, string output, int size, int stride, int pad) =>
        Add("AveragePool", [x], output, ("kernel_shape", Both(size)), ("strides", Both(stride)), ("pads", Pads(pad)), ("count_include_pad", 1L));

    public string Concat(IEnumerable<string> xs, string output) => Add("Concat", xs, output, ("axis", 1L));

    public string Sum(string a, string b, string output) => Add("Add", [a, b], output);

    public string GlobalAverage(string x, string output) => Add("GlobalAveragePool", [x], output);

    public string Flatten(string x, string output) => Add("Flatten", [x], output, ("axis", 1L));

    /// <summary>A fully connected layer with <c>{layer}.weight</c> [outputs,inputs] and <c>{layer}.bias</c>.</summary>
    public string Linear(string x, string layer, string output) => Add("Gemm", [x, Constant($"{layer}.weight"), Constant($"{layer}.bias")], output, ("transB", 1L));

    /// <summary>The finished model, with the batch and the picture's sizes free.</summary>
    public Model Finish(string name, string output)
    {
        Graph.Name = name;
        Graph.Inputs.Add(new(Input, new(ElementType.Float, [Dim.Symbol("N"), Dim.Of(3), Dim.Symbol("H"), Dim.Symbol("W")])));
        Graph.Outputs.Add(new(output, new(ElementType.Float, null)));
        return new() { Graph = Graph, Opset = 13, Producer = "reverie" };
    }

    /// <summary>The shape of a weight.</summary>
    /// <exception cref="ReverieException">The weight is missing or of another rank.</exception>
    public long[] Shape(string weight, int rank) =>
        weights.ShapeOf(weight) is not { } shape ? weights[weight].Shape.ToArray()
        : shape.Length == rank ? shape
        : throw new ReverieException($"the weight '{weight}' has the shape [{string.Join(",", shape)}], where {rank} axes are expected");

    private string Add(string op, IEnumerable<string> inputs, string output, params ReadOnlySpan<(string Name, Onnx.Attribute Value)> attributes)
    {
        var node = new Node(op, inputs, [output]) { Name = output };
        foreach (var (name, value) in attributes) node.Attributes[name] = value;
        Graph.Nodes.Add(node);
        return output;
    }

    private string Constant(string weight)
    {
        Graph.Constants[weight] = weights[weight];
        return weight;
    }

    private static long[] Both(int size) => [size, size];

    private static long[] Pads(int pad) => [pad, pad, pad, pad];
}
