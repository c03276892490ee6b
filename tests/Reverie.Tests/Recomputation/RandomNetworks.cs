using CsCheck;
using Reverie.Onnx;

namespace Reverie.Tests.Recomputation;

/// <summary>Small networks of random operators: chains with convolutions, activations and pools, short and long skips, sums and concatenations.</summary>
internal static class RandomNetworks
{
    public const string Input = "x";
    public const int Channels = 4;

    private static readonly Gen<int[][]> Layers = Gen.Int[0, 1000].Array[3].Array[2, 12];

    /// <summary>A network with free height and width and the name of its last tensor.</summary>
    public static Gen<(Graph Graph, string Last)> Any { get; } = Layers.Select(Build);

    private static (Graph Graph, string Last) Build(int[][] layers)
    {
        var graph = new Graph { Inputs = { new(Input, new(ElementType.Float, [1, Channels, Dim.Symbol("H"), Dim.Symbol("W")])) } };
        // tensors of the current size; a pool begins anew
        var (tensors, number) = (new List<string> { Input }, 0);
        foreach (var layer in layers)
        {
            var x = tensors[^1];
            var other = tensors[layer[1] % tensors.Count];
            switch (layer[0] % 8)
            {
                case 0 or 1: tensors.Add(Add("Conv", x, Weights(Channels, layer[2])).With("pads", new long[] { 1, 1, 1, 1 }).With("kernel_shape", new long[] { 3, 3 }).Output); break;
                case 2: tensors.Add(Add("Relu", x).Output); break;
                case 3: tensors.Add(Add("Sigmoid", x).Output); break;
                case 4: tensors.Add(Add("Add", x, other).Output); break;
                case 5: tensors.Add(Add("Mul", x, other).Output); break;
                case 6:
                    var joined = Add("Concat", x, other).With("axis", 1L).Output;
                    tensors.Add(Add("Conv", joined, Weights(2 * Channels, layer[2])).With("pads", new long[] { 1, 1, 1, 1 }).With("kernel_shape", new long[] { 3, 3 }).Output);
                    break;
                default:
                    if (number > 8) goto case 2; // enough of the picture must be left
                    var stride = layer[2] % 2 == 0 ? new long[] { 2, 2 } : [1, 1];
                    tensors = [Add("MaxPool", x).With("kernel_shape", new long[] { 2, 2 }).With("strides", stride).Output];
                    break;
            }
        }
        var last = Add("Relu", tensors[^1]).Output;
        graph.Outputs.Add(new(last, new(ElementType.Float, null)));
        graph.Refresh();
        return (graph, last);

        Node Add(string op, params string[] inputs)
        {
            var node = new Node(op, inputs, [$"t{++number}"]) { Name = $"t{number}" };
            graph.Nodes.Add(node);
            return node;
        }

        string Weights(int inputs, int seed)
        {
            var values = new float[Channels * inputs * 9];
            new CounterRandom((ulong)seed).FillUniform(values, -0.4f, 0.4f);
            return graph.AddConstant("w", Tensor.Of<float>(values, Channels, inputs, 3, 3));
        }
    }

    private static Node With(this Node node, string name, Reverie.Onnx.Attribute value)
    {
        node.Attributes[name] = value;
        return node;
    }
}
