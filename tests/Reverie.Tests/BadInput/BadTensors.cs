using Reverie.Onnx.Wire;

namespace Reverie.Tests.BadInput;

/// <summary>Initializers that contradict themselves.</summary>
internal static class BadTensors
{
    public static IEnumerable<BadModel> All =>
    [
        Tensor("too few bytes", "needs 48 bytes but has 44", [3, 4], 1, tensor => tensor.Bytes(9, new byte[44])),
        Tensor("too many bytes", "needs 48 bytes but has 52", [3, 4], 1, tensor => tensor.Bytes(9, new byte[52])),
        Tensor("no bytes", "has 0", [3, 4], 1, _ => { }),
        Tensor("too few numbers", "has 8", [3], 1, tensor => { tensor.Float(4, 1); tensor.Float(4, 2); }),
        Tensor("numbers in the wrong field", "has 0", [2], 1, tensor => { tensor.Int(7, 1); tensor.Int(7, 2); }),
        Tensor("floats cut off", "needs 4 bytes but has 3", [1], 1, tensor => tensor.Bytes(4, [1, 2, 3])),
        Tensor("floats in a tensor of integers", "no tensor of floats", [1], 7, tensor => tensor.Bytes(4, new byte[8])),
        Tensor("doubles cut off", "cut off", [1], 11, tensor => tensor.Bytes(10, [1, 2, 3])),
        Tensor("a negative dimension", "negative dimension -3", [-3, 4], 1, tensor => tensor.Bytes(9, new byte[48])),
        Tensor("dimensions whose product overflows", "more elements than can be counted", [1L << 40, 1L << 40], 1, tensor => tensor.Bytes(9, new byte[8])),
        Tensor("dimensions whose product overflows to a small number", "more elements", [1L << 32, 1L << 32, 4], 1, tensor => tensor.Bytes(9, new byte[16])),
        Tensor("a terabyte", "needs", [1L << 40], 2, tensor => tensor.Bytes(9, new byte[16])),
        Tensor("a hundred dimensions", "100 dimensions", [.. Enumerable.Repeat(1L, 100)], 1, tensor => tensor.Bytes(9, new byte[4])),
        Tensor("no element type", "not supported", [1], 0, tensor => tensor.Bytes(9, new byte[4])),
        Tensor("text", "String", [1], 8, tensor => tensor.Text(6, "hello")),
        Tensor("8-bit floats", "17", [4], 17, tensor => tensor.Bytes(9, new byte[4])),
        Tensor("4-bit integers", "22", [4], 22, tensor => tensor.Bytes(9, new byte[2])),
        Tensor("complex numbers", "14", [1], 14, tensor => tensor.Bytes(9, new byte[8])),
        Tensor("an unknown element type", "1234", [1], 1234, tensor => tensor.Bytes(9, new byte[4])),
        Tensor("a negative element type", "not supported", [1], -1, tensor => tensor.Bytes(9, new byte[4])),
        Tensor("no name", "no name", [1], 1, tensor => tensor.Bytes(9, new byte[4]), name: ""),
        Tensor("twice the same name", "two initializers", [1], 1, tensor => tensor.Bytes(9, new byte[4]), count: 2),
    ];

    private static BadModel Tensor(string name, string says, long[] shape, long type, Action<ProtoWriter> data, string tensorName = "w", int count = 1) =>
        Written(name, says, shape, type, data, tensorName, count);

    private static BadModel Tensor(string title, string says, long[] shape, long type, Action<ProtoWriter> data, string name) => Written(title, says, shape, type, data, name, 1);

    private static BadModel Written(string title, string says, long[] shape, long type, Action<ProtoWriter> data, string name, int count) => BadModel.OfBytes($"initializer: {title}", says, () =>
    {
        var model = new ProtoWriter();
        model.Int(1, 8);
        model.Message(7, graph =>
        {
            graph.Message(1, node => { node.Text(1, "x"); node.Text(1, name); node.Text(2, "y"); node.Text(4, "Add"); });
            for (var index = 0; index < count; index++)
                graph.Message(5, tensor =>
                {
                    foreach (var dim in shape) tensor.Int(1, dim);
                    tensor.Int(2, type);
                    tensor.Text(8, name);
                    data(tensor);
                });
            graph.Message(11, value => { value.Text(1, "x"); value.Message(2, valueType => valueType.Message(1, tensor => { tensor.Int(1, 1); tensor.Message(2, dims => dims.Message(1, dim => dim.Int(1, 4))); })); });
            graph.Message(12, value => { value.Text(1, "y"); value.Message(2, valueType => valueType.Message(1, tensor => tensor.Int(1, 1))); });
        });
        model.Message(8, opset => opset.Int(2, 18));
        return model.ToArray();
    });
}
