using Reverie.Onnx;

namespace Reverie.Models.Caffe;

/// <summary>The kinds of Caffe's layers (caffe.berkeleyvision.org/tutorial/layers.html) and the ONNX operators that each is made of.</summary>
internal static class CaffeLayers
{
    /// <summary>Adds a layer and gives the tensor that holds its result: <paramref name="output"/>, or an input where the layer changes nothing.</summary>
    /// <exception cref="ReverieException">The layer's type or one of its settings is not supported, or its weights do not fit.</exception>
    public static string Add(Graph graph, string type, string name, PrototxtMessage layer, string[] inputs, List<Tensor> blobs, string output)
    {
        var writer = new Writer(graph, name, output);
        switch (type)
        {
            case "Convolution": return Convolution(writer, layer.Message("convolution_param"), inputs[0], blobs, "Conv");
            case "Deconvolution": return Convolution(writer, layer.Message("convolution_param"), inputs[0], blobs, "ConvTranspose");
            case "Pooling": return Pooling(writer, layer.Message("pooling_param"), inputs[0]);
            case "LRN": return Normalisation(writer, layer.Message("lrn_param"), inputs[0]);
            case "InnerProduct": return InnerProduct(writer, layer.Message("inner_product_param"), inputs[0], blobs);
            case "BatchNorm": return BatchNorm(writer, layer.Message("batch_norm_param"), inputs[0], blobs);
            case "Scale" when inputs.Length == 1: return Scale(writer, layer.Message("scale_param"), inputs[0], blobs);
            case "ReLU":
                var slope = layer.Message("relu_param").Float("negative_slope") ?? 0;
                return slope == 0 ? writer.Node("Relu", inputs) : writer.Node("LeakyRelu", inputs, ("alpha", slope));
            case "PReLU": return writer.Node("PRelu", [inputs[0], writer.Constant("slope", PerChannel(One(blobs, 1)[0]))]);
            case "Sigmoid": return writer.Node("Sigmoid", inputs);
            case "TanH": return writer.Node("Tanh", inputs);
            case "Concat": return writer.Node("Concat", inputs, ("axis", (long)(layer.Message("concat_param").Int("axis") ?? layer.Message("concat_param").Int("concat_dim") ?? 1)));
            case "Eltwise": return Eltwise(writer, layer.Message("eltwise_param"), inputs);
            case "Softmax": return writer.Node("Softmax", inputs, ("axis", (long)(layer.Message("softmax_param").Int("axis") ?? 1)));
            case "Flatten": return writer.Node("Flatten", inputs, ("axis", 1L));
            case "Power": return Power(writer, layer.Message("power_param"), inputs[0]);
            // Both change nothing once the network is trained.
            case "Dropout" or "Split": return inputs[0];
            default: throw new ReverieException("layers of this type are not supported");
        }
    }

    private static string Convolution(Writer writer, PrototxtMessage param, string x, List<Tensor> blobs, string op)
    {
        if (blobs.Count == 0 || blobs[0].Rank != 4) throw new ReverieException("its weights are missing from the .caffemodel, or have not four axes");
        var (kernel, groups) = (blobs[0], param.Int("group") ?? 1);
        var (height, width) = Sizes(param, "kernel", "kernel_size", 0);
        if ((height != 0 && height != kernel.Shape[2]) || (width != 0 && width != kernel.Shape[3]))
            throw new ReverieException($"the .prototxt says a kernel of {height} x {width}, but its weights are {kernel}");
        var (strideY, strideX) = Sizes(param, "stride", "stride", 1);
        var (padY, padX) = Sizes(param, "pad", "pad", 0);
        var dilation = param.Int("dilation") ?? 1;
        List<string> inputs = [x, writer.Constant("weight", kernel)];
        if (blobs.Count > 1) inputs.Add(writer.Constant("bias", blobs[1].Reshaped(blobs[1].Count)));
        return writer.Node(op, inputs, ("kernel_shape", new[] { kernel.Shape[2], kernel.Shape[3] }), ("strides", new long[] { strideY, strideX }),
            ("pads", new long[] { padY, padX, padY, padX }), ("dilations", new long[] { dilation, dilation }), ("group", (long)groups));
    }

    private static string Pooling(Writer writer, PrototxtMessage param, string x)
    {
        var average = param.Text("pool") is "AVE" or "1";
        if (param.Text("pool") is "STOCHASTIC" or "2") throw new ReverieException("stochastic pooling is not supported");
        if (param.Bool("global_pooling") ?? false) return writer.Node(average ? "GlobalAveragePool" : "GlobalMaxPool", [x]);
        var ((height, width), (strideY, strideX), (padY, padX)) = (Sizes(param, "kernel", "kernel_size", 0), Sizes(param, "stride", "stride", 1), Sizes(param, "pad", "pad", 0));
        if (height < 1 || width < 1) throw new ReverieException("its window has no size");
        // Caffe rounds up unless told otherwise, and an average counts the padding that it covers.
        var up = param.Text("round_mode") is "FLOOR" or "1" ? 0L : 1L;
        List<(string, Onnx.Attribute)> attributes = [("kernel_shape", new long[] { height, width }), ("strides", new long[] { strideY, strideX }),
            ("pads", new long[] { padY, padX, padY, padX }), ("ceil_mode", up)];
        if (average && (padY > 0 || padX > 0)) attributes.Add(("count_include_pad", 1L));
        return writer.Node(average ? "AveragePool" : "MaxPool", [x], [.. attributes]);
    }

    private static string Normalisation(Writer writer, PrototxtMessage param, string x)
    {
        if (param.Text("norm_region") is "WITHIN_CHANNEL" or "1") throw new ReverieException("normalisation within a channel is not supported");
        return writer.Node("LRN", [x], ("size", (long)(param.Int("local_size") ?? 5)), ("alpha", param.Float("alpha") ?? 1), ("beta", param.Float("beta") ?? 0.75f), ("bias", param.Float("k") ?? 1));
    }

    private static string InnerProduct(Writer writer, PrototxtMessage param, string x, List<Tensor> blobs)
    {
        if (blobs.Count == 0) throw new ReverieException("its weights are missing from the .caffemodel");
        if (param.Int("axis") is not (null or 1)) throw new ReverieException("an axis other than 1 is not supported");
        var outputs = param.Int("num_output") ?? (int)blobs[0].Shape[^2];
        if (outputs <= 0 || blobs[0].Count % outputs != 0) throw new ReverieException($"its weights {blobs[0]} do not give {outputs} outputs");
        var transposed = param.Bool("transpose") ?? false;
        var matrix = transposed ? blobs[0].Reshaped(blobs[0].Count / outputs, outputs) : blobs[0].Reshaped(outputs, blobs[0].Count / outputs);
        var flat = writer.Inner("Flatten", "flat", [x], ("axis", 1L));
        List<string> inputs = [flat, writer.Constant("weight", matrix)];
        if (blobs.Count > 1) inputs.Add(writer.Constant("bias", blobs[1].Reshaped(blobs[1].Count)));
        return writer.Node("Gemm", inputs, ("transB", transposed ? 0L : 1L));
    }

    // Caffe keeps running sums and the number by which they are to be divided; gain and shift are a layer of their own.
    private static string BatchNorm(Writer writer, PrototxtMessage param, string x, List<Tensor> blobs)
    {
        One(blobs, 3);
        var total = blobs[2].ToDoubles()[0];
        var factor = total == 0 ? 0 : 1 / total;
        var channels = blobs[0].Count;
        return writer.Node("BatchNormalization",
        [
            x, writer.Constant("gain", Filled(channels, 1)), writer.Constant("shift", Filled(channels, 0)),
            writer.Constant("mean", Times(blobs[0], factor)), writer.Constant("variance", Times(blobs[1], factor)),
        ], ("epsilon", param.Float("eps") ?? 1e-5f));
    }

    private static string Scale(Writer writer, PrototxtMessage param, string x, List<Tensor> blobs)
    {
        One(blobs, 1);
        if (param.Int("axis") is not (null or 1)) throw new ReverieException("an axis other than 1 is not supported");
        var gain = writer.Constant("gain", PerChannel(blobs[0]));
        if (blobs.Count == 1) return writer.Node("Mul", [x, gain]);
        return writer.Node("Add", [writer.Inner("Mul", "scaled", [x, gain]), writer.Constant("shift", PerChannel(blobs[1]))]);
    }

    private static string Eltwise(Writer writer, PrototxtMessage param, string[] inputs)
    {
        var factors = param.Texts("coeff").Count;
        if (factors > 0 && param.Texts("coeff").Any(text => text is not ("1" or "1.0"))) throw new ReverieException("sums with coefficients other than 1 are not supported");
        return param.Text("operation") switch
        {
            "PROD" or "0" => inputs.Length == 2 ? writer.Node("Mul", inputs) : throw new ReverieException("products of more than two inputs are not supported"),
            null or "SUM" or "1" => writer.Node("Sum", inputs),
            "MAX" or "2" => writer.Node("Max", inputs),
            var operation => throw new ReverieException($"the operation {operation} is not known"),
        };
    }

    private static string Power(Writer writer, PrototxtMessage param, string x)
    {
        var (power, scale, shift) = (param.Float("power") ?? 1, param.Float("scale") ?? 1, param.Float("shift") ?? 0);
        x = writer.Inner("Mul", "scaled", [x, writer.Constant("scale", Tensor.Of<float>([scale]))]);
        x = writer.Inner("Add", "shifted", [x, writer.Constant("shift", Tensor.Of<float>([shift]))]);
        return writer.Node("Pow", [x, writer.Constant("power", Tensor.Of<float>([power]))]);
    }

    // A setting of two axes: kernel_size: 3, kernel_size: 3 kernel_size: 5, or kernel_h: 3 kernel_w: 5.
    private static (int Y, int X) Sizes(PrototxtMessage param, string stem, string both, int fallback) => param.Ints(both) switch
    {
        [] => (param.Int($"{stem}_h") ?? fallback, param.Int($"{stem}_w") ?? fallback),
        [var size] => (size, size),
        [var y, var x] => (y, x),
        _ => throw new ReverieException($"{both} is given more than twice"),
    };

    private static List<Tensor> One(List<Tensor> blobs, int count) => blobs.Count >= count ? blobs : throw new ReverieException("its weights are missing from the .caffemodel");

    private static Tensor PerChannel(Tensor blob) => blob.Reshaped(blob.Count, 1, 1);

    private static Tensor Filled(long count, float value) => Tensor.Of<float>(Enumerable.Repeat(value, (int)count).ToArray(), count);

    private static Tensor Times(Tensor blob, double factor) => Tensor.Of<float>(Array.ConvertAll(blob.ToDoubles(), value => (float)(value * factor)), blob.Count);

    /// <summary>Adds the nodes of one layer.</summary>
    private sealed class Writer(Graph graph, string layer, string output)
    {
        /// <summary>The node whose result is the layer's.</summary>
        public string Node(string op, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, Onnx.Attribute Value)> attributes) => Add(op, inputs, output, attributes);

        /// <summary>A node on the way to it.</summary>
        public string Inner(string op, string what, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, Onnx.Attribute Value)> attributes) =>
            Add(op, inputs, graph.Fresh($"{layer}/{what}"), attributes);

        public string Constant(string what, Tensor value) => graph.AddConstant($"{layer}.{what}", value);

        private string Add(string op, IEnumerable<string> inputs, string result, ReadOnlySpan<(string Name, Onnx.Attribute Value)> attributes)
        {
            var node = new Node(op, inputs, [result]) { Name = result };
            foreach (var (name, value) in attributes) node.Attributes[name] = value;
            graph.Nodes.Add(node);
            return result;
        }
    }
}
