using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Reverie.Onnx;
using Reverie.Onnx.Wire;

namespace Reverie.Tests.Models.Imports;

/// <summary>Writes what Caffe writes: a <c>.prototxt</c> and a <c>.caffemodel</c>.</summary>
internal static class CaffeFiles
{
    /// <summary>Both files for a graph of the operators that BVLC GoogLeNet has.</summary>
    public static (string Prototxt, byte[] Weights) Of(Graph graph)
    {
        var text = new StringBuilder().AppendLine("name: \"GoogleNet\"").AppendLine("layer { name: \"data\" type: \"Input\" top: \"data\" input_param { shape: { dim: 10 dim: 3 dim: 224 dim: 224 } } }");
        var weights = new List<(string, Tensor[])>();
        var blobs = new Dictionary<string, string>(StringComparer.Ordinal) { [graph.Inputs[0].Name] = "data" };
        foreach (var node in graph.Nodes)
        {
            var (top, bottoms) = (node.Output, string.Join(' ', node.Inputs.Where(blobs.ContainsKey).Select(input => $"bottom: \"{blobs[input]}\"")));
            if (node.Op is "Flatten" or "Reshape")
            {
                blobs[node.Output] = blobs[node.Inputs[0]];
                continue;
            }
            blobs[node.Output] = top;
            var (type, param) = node.Op switch
            {
                "Conv" => ("Convolution", $"convolution_param {{ kernel_size: {node.Ints("kernel_shape")![0]} stride: {node.Ints("strides")?[0] ?? 1} pad: {node.Ints("pads")?[0] ?? 0} }}"),
                "MaxPool" => ("Pooling", $"pooling_param {{ pool: MAX kernel_size: {node.Ints("kernel_shape")![0]} stride: {node.Ints("strides")?[0] ?? 1} pad: {node.Ints("pads")?[0] ?? 0} }}"),
                "AveragePool" => ("Pooling", $"pooling_param {{ pool: AVE kernel_size: {node.Ints("kernel_shape")![0]} stride: {node.Ints("strides")?[0] ?? 1} }}"),
                "GlobalAveragePool" => ("Pooling", "pooling_param { pool: AVE global_pooling: true }"),
                "LRN" => ("LRN", string.Create(CultureInfo.InvariantCulture, $"lrn_param {{ local_size: {node.Int("size", 5)} alpha: {node.Float("alpha", 1e-4f):R} beta: {node.Float("beta", 0.75f):R} k: {node.Float("bias", 1):R} }}")),
                "Relu" => ("ReLU", ""),
                "Concat" => ("Concat", "concat_param { axis: 1 }"),
                "Gemm" => ("InnerProduct", $"inner_product_param {{ num_output: {graph.Constants[node.Inputs[1]].Shape[0]} }}"),
                "Softmax" => ("Softmax", ""),
                _ => throw new NotSupportedException(node.ToString()),
            };
            text.AppendLine(CultureInfo.InvariantCulture, $"layer {{ name: \"{top}\" type: \"{type}\" {bottoms} top: \"{top}\" {param} }}");
            Tensor[] own = [.. node.Inputs.Where(graph.Constants.ContainsKey).Select(name => graph.Constants[name])];
            if (own.Length > 0) weights.Add((top, own));
        }
        return (text.ToString(), Weights(false, [.. weights]));
    }

    /// <summary>A NetParameter with weights alone; in its first form the layers and the shapes have other field numbers.</summary>
    public static byte[] Weights(bool first, params (string Name, Tensor[] Blobs)[] layers)
    {
        var net = new ProtoWriter();
        net.Text(1, "net");
        foreach (var (name, blobs) in layers)
            net.Message(first ? 2 : 100, layer =>
            {
                layer.Text(first ? 4 : 1, name);
                foreach (var tensor in blobs)
                    layer.Message(first ? 6 : 7, blob =>
                    {
                        if (first)
                        {
                            long[] four = [.. Enumerable.Repeat(1L, 4 - tensor.Rank), .. tensor.Shape];
                            for (var axis = 0; axis < 4; axis++) blob.Int(axis + 1, four[axis]);
                        }
                        else
                        {
                            blob.Message(7, shape => { foreach (var dim in tensor.Shape.ToArray()) shape.Int(1, dim); });
                        }
                        blob.Bytes(5, MemoryMarshal.AsBytes(tensor.Span<float>()));
                    });
            });
        return net.ToArray();
    }
}
