using Reverie.Onnx;
using Reverie.Tests.Onnx.Upgrade;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Tests.BadInput;

/// <summary>Convolutions and pools that would divide by zero, read beyond their data, or multiply beyond 63 bits.</summary>
internal static class BadWindows
{
    public static IEnumerable<BadModel> All =>
    [
        Conv("stride 0", "strides", ("strides", new long[] { 0, 1 })),
        Conv("negative stride", "strides", ("strides", new long[] { 1, -1 })),
        Conv("stride of 2^40", "strides", ("strides", new long[] { 1L << 40, 1 })),
        Conv("too few strides", "'strides' lists 1", ("strides", new long[] { 1 })),
        Conv("a thousand strides", "'strides' lists 1000", ("strides", Enumerable.Repeat(1L, 1000).ToArray())),
        Conv("dilation 0", "dilations", ("dilations", new long[] { 0, 0 })),
        Conv("negative dilation", "dilations", ("dilations", new long[] { -2, 1 })),
        Conv("dilation of 2^62", "dilations", ("dilations", new long[] { 1L << 62, 1 })),
        Conv("negative padding", "pads", ("pads", new long[] { 0, 0, -1, 0 })),
        Conv("padding of 2^40", "pads", ("pads", new long[] { 1L << 40, 0, 0, 0 })),
        Conv("padding of 2^63-1", "pads", ("pads", new long[] { long.MaxValue, long.MaxValue, 0, 0 })),
        Conv("odd number of pads", "'pads' lists 3", ("pads", new long[] { 1, 1, 1 })),
        Conv("kernel of another size", "kernel_shape", ("kernel_shape", new long[] { 5, 5 })),
        Conv("kernel 0", "kernel_shape", ("kernel_shape", new long[] { 0, 3 })),
        Conv("kernel of another rank", "kernel_shape", ("kernel_shape", new long[] { 3, 3, 3 })),
        Conv("group 0", "group", ("group", 0L)),
        Conv("negative group", "group", ("group", -1L)),
        Conv("groups that do not divide the channels", "groups", ("group", 4L)),
        Conv("groups of 2^40", "groups", ("group", 1L << 40)),
        Conv("unknown automatic padding", "auto_pad", ("auto_pad", "SAME")),
        Conv("automatic padding that is a number", "auto_pad", ("auto_pad", 1L)),
        Conv("group that is a float", "'group' holds Float", ("group", 1f)),
        Conv("strides that are floats", "'strides' holds Floats", ("strides", new[] { 1f, 1f })),
        Conv("unknown attribute", "there is no attribute 'stride'; did you mean strides", ("stride", new long[] { 1, 1 })),
        Weights("weights of rank 3", "weights have 3 dimensions", 6, 4, 3),
        Weights("weights of rank 2", "weights have 2 dimensions", 6, 4),
        Weights("weights of rank 0", "weights have 0 dimensions"),
        Weights("weights without elements", "holds nothing", 6, 4, 0, 3),
        Weights("weights without outputs", "holds nothing", 0, 4, 3, 3),
        Weights("weights for other channels", "4 channels", 6, 5, 3, 3),
        Weights("a kernel of 100,000", "larger than", 1, 4, 1, 100_000),
        BadModel.OfNode("Conv: integer weights", "Int64", "Conv", m => [m.Constant("w", Tensor.Of<long>(new long[24], [6, 4, 1, 1]))]),
        BadModel.OfNode("Conv: weights of another type", "differ in element type", "Conv", m => [m.Constant("w", Tensor.Of<double>(new double[24], [6, 4, 1, 1]))]),
        BadModel.OfNode("Conv: bias of another length", "bias", "Conv", m => [m.Weights("w", 6, 4, 3, 3), m.Weights("b", 5)]),
        BadModel.OfNode("Conv: bias of rank 2", "bias", "Conv", m => [m.Weights("w", 6, 4, 3, 3), m.Weights("b", 6, 1)]),
        BadModel.OfNode("Conv: no weights", "1 inputs", "Conv"),
        BadModel.OfNode("Conv: weights left out", "left out", "Conv", _ => [""]),
        BadModel.OfNode("Conv: five inputs", "5 inputs", "Conv", m => [m.Weights("w", 6, 4, 3, 3), m.Weights("b", 6), "x", "x"]),
        Transposed("output padding as large as the stride", "output padding", ("output_padding", new long[] { 1, 1 })),
        Transposed("output shape 0", "output_shape", ("output_shape", new long[] { 0, 4 })),
        Transposed("groups that do not divide the channels", "groups", ("group", 3L)),
        Pool("MaxPool", "no kernel", "'kernel_shape' is missing"),
        Pool("MaxPool", "kernel 0", "kernel_shape", ("kernel_shape", new long[] { 0, 0 })),
        Pool("MaxPool", "negative kernel", "kernel_shape", ("kernel_shape", new long[] { -3, 3 })),
        Pool("MaxPool", "empty kernel", "kernel_shape", ("kernel_shape", Array.Empty<long>())),
        Pool("MaxPool", "kernel of rank 3", "kernel_shape", ("kernel_shape", new long[] { 2, 2, 2 })),
        Pool("MaxPool", "stride 0", "strides", ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 0, 0 })),
        Pool("MaxPool", "padding as large as the kernel", "not smaller than its kernel", ("kernel_shape", new long[] { 2, 2 }), ("pads", new long[] { 2, 0, 0, 0 })),
        Pool("MaxPool", "ceil_mode 2", "ceil_mode", ("kernel_shape", new long[] { 2, 2 }), ("ceil_mode", 2L)),
        Pool("AveragePool", "kernel of 2^50", "kernel_shape", ("kernel_shape", new long[] { 1L << 50, 2 })),
        Pool("AveragePool", "count_include_pad 7", "count_include_pad", ("kernel_shape", new long[] { 2, 2 }), ("count_include_pad", 7L)),
        Pool("LpPool", "p 0", "'p'", ("kernel_shape", new long[] { 2, 2 }), ("p", 0L)),
        BadModel.OfGraph("GlobalAveragePool of a matrix", "3 to 5 dimensions", m => { m.Input("x", 2, 3); m.Node("GlobalAveragePool", ["x"], ["y"]).Gives("y"); }),
        BadModel.OfGraph("Conv of a matrix", "dimensions", m => { m.Input("x", 2, 3); m.Node("Conv", ["x", m.Weights("w", 3, 3, 1, 1)], ["y"]).Gives("y"); }),
        BadModel.OfGraph("MaxPool in six dimensions", "dimensions", m => { m.Input("x", 1, 1, 2, 2, 2, 2); m.Node("MaxPool", ["x"], ["y"], ("kernel_shape", new long[] { 1, 1, 1, 1 })).Gives("y"); }),
    ];

    private static BadModel Conv(string name, string says, params (string, Attribute)[] attributes) =>
        BadModel.OfNode($"Conv: {name}", says, "Conv", m => [m.Weights("w", 6, 4, 3, 3)], attributes);

    private static BadModel Weights(string name, string says, params long[] shape) => BadModel.OfNode($"Conv: {name}", says, "Conv", m => [m.Weights("w", shape)]);

    private static BadModel Transposed(string name, string says, params (string, Attribute)[] attributes) =>
        BadModel.OfNode($"ConvTranspose: {name}", says, "ConvTranspose", m => [m.Weights("w", 4, 2, 3, 3)], attributes);

    private static BadModel Pool(string op, string name, string says, params (string, Attribute)[] attributes) => BadModel.OfNode($"{op}: {name}", says, op, null, attributes);
}
