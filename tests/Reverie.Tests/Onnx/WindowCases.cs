using Reverie.Onnx;

namespace Reverie.Tests.Onnx;

/// <summary>Random convolutions and pools: 1-D to 3-D, strides, dilations, asymmetric and automatic padding, ceil mode.</summary>
internal static class WindowCases
{
    public static void AddTo(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        cases["Conv"] = random => Conv(new OperatorCase("Conv", random));
        cases["ConvTranspose"] = random => ConvTranspose(new OperatorCase("ConvTranspose", random));
        foreach (var op in (string[])["MaxPool", "AveragePool", "LpPool"]) cases[op] = random => Pool(new OperatorCase(op, random), op);
        foreach (var op in (string[])["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"])
            cases[op] = random => { var c = new OperatorCase(op, random); return c.Input(c.Shape(c.Random.Next(3, 6))); };
        cases["MaxUnpool"] = random => Unpool(new OperatorCase("MaxUnpool", random));
    }

    private static OperatorCase Conv(OperatorCase c)
    {
        var spatial = c.Random.Next(1, 4);
        var groups = c.Random.Next(1, 4);
        var kernel = c.Shape(spatial, 1, 3);
        var filters = groups * c.Random.Next(1, 3);
        c.Input([2, groups * 2, .. c.Shape(spatial, 3, 11)]).Constant(OnnxRuntimeReference.Random(c.Random, [filters, 2, .. kernel]));
        if (c.Coin()) c.Constant(OnnxRuntimeReference.Random(c.Random, filters));
        if (c.Coin()) c.With("kernel_shape", kernel);
        return Placed(c.With("group", (long)groups), spatial, pads: 3, dilate: true);
    }

    private static OperatorCase ConvTranspose(OperatorCase c)
    {
        var spatial = c.Random.Next(1, 3);
        var groups = c.Random.Next(1, 3);
        c.Input([2, groups * 2, .. c.Shape(spatial, 3, 7)]).Constant(OnnxRuntimeReference.Random(c.Random, [groups * 2, 3, .. c.Shape(spatial, 1, 4)]));
        var strides = c.Shape(spatial, 1, 3);
        c.With("group", (long)groups).With("strides", strides);
        if (c.Coin()) c.With("dilations", c.Shape(spatial, 1, 2));
        switch (c.Random.Next(4))
        {
            case 0: c.With("auto_pad", c.Any("SAME_UPPER", "SAME_LOWER", "VALID")); break;
            case 1: c.With("output_shape", c.Numbers(spatial, 8, 11)); break;
            default: c.With("pads", c.Numbers(2 * spatial, 0, 2)); break;
        }
        if (c.Coin()) c.With("output_padding", strides.Select(stride => (long)c.Random.Next((int)stride)).ToArray());
        return c;
    }

    private static OperatorCase Pool(OperatorCase c, string op)
    {
        var spatial = c.Random.Next(1, 4);
        var kernel = c.Shape(spatial, 1, 4);
        // ONNX Runtime divides towards zero where the window does not fit, so that it finds one where there is none: refused here
        c.Input([2, 3, .. c.Shape(spatial, 7, 13)]).With("kernel_shape", kernel);
        if (op == "MaxPool" && c.Coin()) c.OutputCount = 2;
        if (op == "AveragePool") c.With("count_include_pad", c.Random.Next(2));
        if (c.Coin()) c.With("ceil_mode", 1L);
        // pads must be smaller than the window
        return Placed(c, spatial, pads: (int)kernel.Min() - 1, dilate: op == "MaxPool");
    }

    private static OperatorCase Placed(OperatorCase c, int spatial, int pads, bool dilate)
    {
        if (c.Coin()) c.With("strides", c.Shape(spatial, 1, 4));
        if (dilate && c.Coin()) c.With("dilations", c.Shape(spatial, 1, 2));
        return c.Random.Next(3) switch
        {
            0 => c.With("auto_pad", c.Any("SAME_UPPER", "SAME_LOWER", "VALID")),
            1 => c.With("pads", c.Numbers(2 * spatial, 0, pads)),
            _ => c,
        };
    }

    private static OperatorCase Unpool(OperatorCase c)
    {
        var x = c.Shape(4, 2, 4);
        c.Input(x).Input(Tensor.Of<long>([.. Enumerable.Range(0, (int)Tensor.CountOf(x)).Select(index => (long)index)], x));
        c.With("kernel_shape", c.Shape(2, 2, 3)).With("strides", c.Shape(2, 2, 3));
        return c.Coin() ? c.Ints(x[0], x[1], 12, 12) : c;
    }
}
