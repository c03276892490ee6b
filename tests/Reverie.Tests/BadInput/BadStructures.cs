using Reverie.Onnx.Wire;

namespace Reverie.Tests.BadInput;

/// <summary>Well-formed protobuf that is no model of ours: written by hand, since no <c>Model</c> can say it.</summary>
internal static class BadStructures
{
    public static IEnumerable<BadModel> All =>
    [
        Raw("no graph", "no graph", model => Opset(model, 18)),
        Raw("two graphs", "two graphs", model => { Graph(model); Graph(model); Opset(model, 18); }),
        Raw("no opset", "operator set", model => Graph(model)),
        Raw("an opset of another domain only", "operator set", model => { Graph(model); model.Message(8, opset => { opset.Text(1, "com.acme"); opset.Int(2, 1); }); }),
        .. new long[] { 1, 6, 25, 99, -1, long.MaxValue }.Select(version => Raw($"opset {version}", $"opset {version}", model => { Graph(model); Opset(model, version); })),
        Raw("functions", "functions", model => { Graph(model); Opset(model, 18); model.Message(25, function => function.Text(1, "f")); }),
        Raw("sparse initializer", "sparse", model => { Graph(model, graph => graph.Message(15, sparse => sparse.Int(3, 4))); Opset(model, 18); }),
        Node("node without an operator", "no operator", node => { node.Text(1, "x"); node.Text(2, "y"); }),
        Node("node with a graph", "control flow", node => { node.Text(1, "x"); node.Text(2, "y"); node.Text(4, "If"); node.Message(5, value => { value.Text(1, "then_branch"); value.Message(6, graph => graph.Text(2, "g")); value.Int(20, 5); }); }),
        Node("attribute that is a graph", "'alpha' holds Graph", node => { Relu(node, "LeakyRelu"); node.Message(5, value => { value.Text(1, "alpha"); value.Message(6, graph => graph.Text(2, "g")); value.Int(20, 5); }); }),
        Node("attribute twice", "twice", node => { Relu(node, "LeakyRelu"); Float(node, "alpha"); Float(node, "alpha"); }),
        Node("attribute of an unknown kind", "not supported", node => { Relu(node, "LeakyRelu"); node.Message(5, value => { value.Text(1, "alpha"); value.Int(20, 77); }); }),
        Node("attribute of a kind of tensors", "not supported", node => { Relu(node, "LeakyRelu"); node.Message(5, value => { value.Text(1, "alpha"); value.Int(20, 9); }); }),
        Node("attribute that lacks its tensor", "tensor", node => { node.Text(2, "y"); node.Text(4, "Constant"); node.Message(5, value => { value.Text(1, "value"); value.Int(20, 4); }); }),
        Node("attribute that is a string as a number", "written as type", node => { Relu(node, "LeakyRelu"); node.Message(5, value => { value.Int(1, 5); value.Int(20, 1); }); }),
        Node("attribute that lists two million numbers", "more than", node => { Relu(node, "Transpose"); node.Message(5, value => { value.Text(1, "perm"); value.Bytes(8, new byte[2_000_000]); value.Int(20, 7); }); }),
        Node("constant of text", "value_string", node => { node.Text(2, "y"); node.Text(4, "Constant"); node.Message(5, value => { value.Text(1, "value_string"); value.Text(4, "hi"); value.Int(20, 3); }); }),
        Node("constant that is sparse", "not supported", node => { node.Text(2, "y"); node.Text(4, "Constant"); node.Message(5, value => { value.Text(1, "sparse_value"); value.Message(22, sparse => sparse.Int(3, 4)); value.Int(20, 11); }); }),
        Node("constant without a value", "one value", node => { node.Text(2, "y"); node.Text(4, "Constant"); }),
        Node("constant with two outputs", "one output", node => { node.Text(2, "y"); node.Text(2, "z"); node.Text(4, "Constant"); Float(node, "value_float"); }),
        Node("name with a line break", "control character", node => { node.Text(1, "x"); node.Text(2, "y\nError: all is well"); node.Text(4, "Relu"); }),
        Node("name with an escape sequence", "control character", node => { Relu(node, "Relu"); node.Text(3, "\u001b[31mred"); }),
        Node("name with a null character", "control character", node => { Relu(node, "Relu"); node.Text(3, "a\0b"); }),
        Node("operator of a megabyte", "more than 1024", node => Relu(node, new string('R', 1_000_000))),
        Node("subgraphs nested 100,000 deep", "control flow", node => { Relu(node, "If"); node.Message(5, value => { value.Text(1, "then_branch"); value.Bytes(6, Nested(100_000)); value.Int(20, 5); }); }),
        Input("input without a type", "not a tensor", _ => { }),
        Input("input that is a sequence", "not a tensor", value => value.Message(2, type => type.Message(4, sequence => sequence.Message(1, element => element.Message(1, tensor => tensor.Int(1, 1)))))),
        Input("input that is a map", "not a tensor", value => value.Message(2, type => type.Message(5, map => map.Int(1, 7)))),
        Input("input without a shape", "no shape", value => Tensor(value, 1, null)),
        Input("input of text", "String", value => Tensor(value, 8, [1, 3, 8, 8])),
        Input("input of an unknown type", "99", value => Tensor(value, 99, [1, 3, 8, 8])),
        Input("input of integers", "UInt8", value => Tensor(value, 2, [1, 3, 8, 8])),
        Input("input of twelve dimensions", "12 dimensions", value => Tensor(value, 1, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])),
        Input("input of exabytes", "", value => Tensor(value, 1, [long.MaxValue, long.MaxValue, 8, 8])),
        Input("input of 16 GB", "2 GiB", value => Tensor(value, 1, [1, 1, 65536, 65536])),
    ];

    private static BadModel Raw(string name, string says, Action<ProtoWriter> write) => BadModel.OfBytes(name, says, () =>
    {
        var writer = new ProtoWriter();
        writer.Int(1, 8);
        write(writer);
        return writer.ToArray();
    });

    private static BadModel Node(string name, string says, Action<ProtoWriter> write) =>
        Raw(name, says, model => { Graph(model, graph => graph.Message(1, write), false); Opset(model, 18); });

    private static BadModel Input(string name, string says, Action<ProtoWriter> type) => Raw(name, says, model =>
    {
        model.Message(7, graph =>
        {
            graph.Message(1, node => Relu(node, "Relu"));
            graph.Message(11, value => { value.Text(1, "x"); type(value); });
            graph.Message(12, value => { value.Text(1, "y"); Tensor(value, 1, null); });
        });
        Opset(model, 18);
    });

    private static void Graph(ProtoWriter model, Action<ProtoWriter>? more = null, bool relu = true) => model.Message(7, graph =>
    {
        if (relu) graph.Message(1, node => Relu(node, "Relu"));
        more?.Invoke(graph);
        graph.Message(11, value => { value.Text(1, "x"); Tensor(value, 1, [1, 3, 8, 8]); });
        graph.Message(12, value => { value.Text(1, "y"); Tensor(value, 1, null); });
    });

    private static void Opset(ProtoWriter model, long version) => model.Message(8, opset => opset.Int(2, version));

    private static void Relu(ProtoWriter node, string op)
    {
        node.Text(1, "x");
        node.Text(2, "y");
        node.Text(4, op);
    }

    private static void Float(ProtoWriter node, string name) => node.Message(5, value => { value.Text(1, name); value.Float(2, 0.5f); value.Int(20, 1); });

    private static void Tensor(ProtoWriter value, long element, long[]? shape) => value.Message(2, type => type.Message(1, tensor =>
    {
        tensor.Int(1, element);
        if (shape is not null) tensor.Message(2, dims => Array.ForEach(shape, size => dims.Message(1, dim => dim.Int(1, size))));
    }));

    // length-delimited fields inside one another; a reader that descends without need overflows its stack
    private static byte[] Nested(int depth)
    {
        var lengths = new List<byte[]>();
        var length = 0;
        for (var level = 0; level < depth; level++)
        {
            var header = new List<byte> { 0x0A };
            for (var rest = length; ; rest >>= 7)
            {
                header.Add((byte)(rest < 128 ? rest : rest & 127 | 128));
                if (rest < 128) break;
            }
            lengths.Add([.. header]);
            length += header.Count;
        }
        lengths.Reverse();
        return [.. lengths.SelectMany(header => header)];
    }
}
