using Reverie.Onnx;
using Attribute = Reverie.Onnx.Attribute;

namespace Reverie.Tests.Onnx.Upgrade;

/// <summary>Upsample and Resize.</summary>
internal static class ResizeCases
{
    public static IEnumerable<OperatorCase> All =>
    [
        .. new[] { "nearest", "linear" }.SelectMany(mode => new OperatorCase[]
        {
            new($"Upsample {mode}", 7, 9, m => m.Scaled("Upsample", mode, 1, 1, 2, 1.5f)),
            new($"Resize-10 {mode} larger", 10, 10, m => m.Scaled("Resize", mode, 1, 1, 2.5f, 1.7f)),
            new($"Resize-10 {mode} smaller", 10, 10, m => m.Scaled("Resize", mode, 1, 1, 0.6f, 0.4f)),
            new($"Resize-10 {mode} both", 10, 10, m => m.Scaled("Resize", mode, 1, 1, 0.6f, 2.3f)),
        }),
        .. from mode in new[] { "nearest", "linear", "cubic" }
           from coordinates in new[] { "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric" }
           select new OperatorCase($"Resize {mode} {coordinates}", 11, 24, m => m.Modern(mode, coordinates, false)),
        new("Resize to sizes", 11, 24, m => m.Modern("linear", "half_pixel", true)),
        new("Resize tf_half_pixel_for_nn", 11, 12, m => m.Modern("nearest", "tf_half_pixel_for_nn", false, ("nearest_mode", "floor"))),
    ];

    private static TestModel Scaled(this TestModel m, string op, string mode, params float[] scales)
    {
        m.Input("x", 1, 2, 6, 7);
        return m.Opset < 9
            ? m.Node(op, ["x"], ["y"], ("mode", mode), ("scales", scales)).Gives("y")
            : m.Node(op, ["x", m.Constant("scales", Tensor.Of<float>(scales, 4))], ["y"], ("mode", mode)).Gives("y");
    }

    private static TestModel Modern(this TestModel m, string mode, string coordinates, bool sizes, params (string, Attribute)[] attributes)
    {
        m.Input("x", 1, 2, 6, 7);
        var empty = m.Opset < 13 ? m.Constant("empty", Tensor.Of<float>([], 0)) : "";
        string[] inputs = sizes
            ? ["x", empty, empty, m.Ints("sizes", 1, 2, 9, 4)]
            : ["x", empty, m.Constant("scales", Tensor.Of<float>([1, 1, 1.5f, 2], 4))];
        return m.Node("Resize", inputs, ["y"], [("mode", mode), ("coordinate_transformation_mode", coordinates), .. attributes]).Gives("y");
    }
}
