using System.Text.Json;
using Reverie.Explain;
using Reverie.Onnx;
using Reverie.Onnx.Shapes;

namespace Reverie.Tests.Explain.Golden;

/// <summary>Builds the graph of a network of the golden cases; an operator that it does not know fails the test.</summary>
internal static class GoldenGraph
{
    public static JsonElement Node(JsonElement network, string id) => network.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("id").GetString() == id);

    public static Graph Build(JsonElement network, IReadOnlyList<Signal> inputs)
    {
        var graph = new Graph();
        var names = network.GetProperty("inputs").EnumerateArray().Select(name => name.GetString()!).ToList();
        for (var index = 0; index < names.Count; index++)
            graph.Inputs.Add(new(names[index], new(ElementType.Float, [Dim.Symbol("N"), .. inputs[index].ItemShape.Select(Dim.Of)])));
        foreach (var node in network.GetProperty("nodes").EnumerateArray())
        {
            Add(graph, node);
            ShapeInference.Infer(graph);
        }
        var output = network.GetProperty("output").GetString()!;
        graph.Outputs.Add(new(output, graph.TypeOf(output)!));
        graph.Refresh();
        return graph;
    }

    private static void Add(Graph graph, JsonElement json)
    {
        var (id, op) = (json.GetProperty("id").GetString()!, json.GetProperty("op").GetString()!);
        string[] inputs = [.. json.GetProperty("in").EnumerateArray().Select(name => name.GetString()!)];
        switch (op)
        {
            case "relu": Emit("Relu", inputs); break;
            case "tanh": Emit("Tanh", inputs); break;
            case "sigmoid": Emit("Sigmoid", inputs); break;
            case "softplus": Emit("Softplus", inputs); break;
            case "add": Emit("Add", inputs); break;
            case "sub": Emit("Sub", inputs); break;
            case "mul": Emit("Mul", inputs); break;
            case "add_scalar": Emit("Add", [inputs[0], Scalar()]); break;
            case "mul_scalar": Emit("Mul", [inputs[0], Scalar()]); break;
            case "concat": Emit("Concat", inputs).Attributes["axis"] = json.GetProperty("dim").GetInt64(); break;
            case "flatten": Emit("Flatten", inputs).Attributes["axis"] = json.GetProperty("start_dim").GetInt64(); break;
            case "unsqueeze": Emit("Unsqueeze", [inputs[0], Ints(json.GetProperty("dim").GetInt64())]); break;
            case "sum_all": Emit("ReduceSum", inputs).Attributes["keepdims"] = 0L; break;
            case "select_column":
                Emit("Gather", [inputs[0], Constant(Tensor.Of([json.GetProperty("index").GetInt64()]))]).Attributes["axis"] = 1L;
                break;
            case "linear": Linear(); break;
            case "conv2d":
                var convolution = Emit("Conv", json.GetProperty("bias").ValueKind == JsonValueKind.Null
                    ? [inputs[0], Constant(GoldenArrays.ToTensor(json.GetProperty("weight")))]
                    : [inputs[0], Constant(GoldenArrays.ToTensor(json.GetProperty("weight"))), Constant(GoldenArrays.ToTensor(json.GetProperty("bias")))]);
                var (stride, pad) = (json.GetProperty("stride").GetInt64(), json.GetProperty("padding").GetInt64());
                convolution.Attributes["strides"] = new[] { stride, stride };
                convolution.Attributes["pads"] = new[] { pad, pad, pad, pad };
                break;
            case "maxpool1d" or "maxpool2d":
                var pool = Emit("MaxPool", inputs);
                var axes = op == "maxpool1d" ? 1 : 2;
                pool.Attributes["kernel_shape"] = Enumerable.Repeat(json.GetProperty("kernel").GetInt64(), axes).ToArray();
                pool.Attributes["strides"] = Enumerable.Repeat(json.GetProperty("stride").GetInt64(), axes).ToArray();
                break;
            default: throw new NotSupportedException($"the golden cases hold an operator that is not known here: {op}");
        }

        // y = x W^T + b on the last axis
        void Linear()
        {
            var bias = json.GetProperty("bias").ValueKind == JsonValueKind.Null ? null : Constant(GoldenArrays.ToTensor(json.GetProperty("bias")));
            if (graph.TypeOf(inputs[0])!.Rank == 2)
            {
                var weights = Constant(GoldenArrays.ToTensor(json.GetProperty("weight")));
                Emit("Gemm", bias is null ? [inputs[0], weights] : [inputs[0], weights, bias]).Attributes["transB"] = 1L;
                return;
            }
            var turned = Constant(GoldenArrays.ToTensor(json.GetProperty("weight"), transposed: true));
            if (bias is null)
            {
                Emit("MatMul", [inputs[0], turned]);
                return;
            }
            graph.Nodes.Add(new("MatMul", [inputs[0], turned], [$"{id}/product"]));
            Emit("Add", [$"{id}/product", bias]);
        }

        Node Emit(string name, string[] from)
        {
            var node = new Node(name, from, [id]);
            graph.Nodes.Add(node);
            return node;
        }

        string Scalar() => Constant(Tensor.Scalar(json.GetProperty("value").GetDouble()));
        string Ints(params long[] values) => Constant(Tensor.Ints(values));
        string Constant(Tensor value) => graph.AddConstant($"{id}/constant", value);
    }
}
