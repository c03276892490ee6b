namespace Reverie.Onnx.Schema;

/// <summary>Operators that change the size of a picture: padding, resizing, sampling at given places.</summary>
internal static class ResizingOperators
{
    // A network that enlarges its input more than this along one axis is an attack on memory, not a network.
    private const double MaxScale = 1024;

    public static IEnumerable<OperatorSchema> All =>
    [
        new OperatorSchema("Pad").In(1, 1).In(2, 3, since: 11).In(2, 4, since: 18).Types("tlti").Text("mode", "constant", "reflect", "edge", "wrap").Ints("pads", required: true, until: 10)
            .Float("value", until: 10).Must(CheckPad),
        new OperatorSchema("Upsample", 7, 9).In(1, 1).In(2, 2, since: 9).Types("n").Text("mode", "nearest", "linear", "bilinear").Floats("scales", required: true, until: 8).Must(CheckUpsample),
        new OperatorSchema("Resize", 10).In(2, 2).In(1, 4, since: 11).Types("n***").Text("mode", "nearest", "linear", "cubic")
            .TextSince("coordinate_transformation_mode", 11, "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn", "half_pixel_symmetric", "tf_crop_and_resize")
            .TextSince("nearest_mode", 11, "round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
            .Float("cubic_coeff_a", since: 11).Flag("exclude_outside", since: 11).Float("extrapolation_value", since: 11)
            .Flag("antialias", since: 18).Ints("axes", since: 18).TextSince("keep_aspect_ratio_policy", 18, "stretch", "not_larger", "not_smaller").Must(CheckResize),
        new OperatorSchema("GridSample", 16).In(2, 2).Types("f").Flag("align_corners").Text("mode", "bilinear", "bicubic", "linear", "cubic", "nearest")
            .Text("padding_mode", "zeros", "border", "reflection").Must(CheckGridSample),
    ];

    private static void CheckPad(NodeCheck check)
    {
        var mode = check.Node.String("mode", "constant");
        if (mode == "wrap" && check.Opset < 19) check.Fail("the padding mode 'wrap' exists from opset 19 on");
        var pads = check.Node.Ints("pads") ?? check.Integers(1);
        var axes = check.Integers(3);
        check.Axes(axes, check.Rank(0));
        if (check.Constant(2) is { Count: not 1 } value) check.Fail($"its padding value has {value.Count} elements where one belongs");
        if (pads is null) return;
        if ((axes?.Length ?? check.Rank(0)) is { } rank && pads.Length != 2 * rank) check.Fail($"it lists {pads.Length} pads where {2 * rank} belong");
        if (pads.Length % 2 != 0) check.Fail($"it lists {pads.Length} pads, an odd number");
        foreach (var pad in pads)
            if (pad is < -WindowOperators.MaxExtent or > WindowOperators.MaxExtent) check.Fail($"its padding {pad} is beyond {WindowOperators.MaxExtent}");
        if (check.Type(0)?.KnownShape is { } shape && axes is null)
            check.Generates(shape.Select((dim, axis) => Math.Max(0, dim + pads[axis] + pads[axis + shape.Length])));
    }

    private static void CheckUpsample(NodeCheck check)
    {
        var scales = check.Node.Attributes.TryGetValue("scales", out var stated) ? Array.ConvertAll(stated.Floats, scale => (double)scale) : Doubles(check, 1);
        CheckScales(check, scales, check.Rank(0));
        if (scales is not null && Array.Exists(scales, scale => scale < 1)) check.Fail($"its scales [{string.Join(",", scales)}] would make the tensor smaller");
        CheckAxes(check, check.Node.String("mode", "nearest"), scales, null);
    }

    private static void CheckResize(NodeCheck check)
    {
        var node = check.Node;
        var symmetric = node.String("coordinate_transformation_mode", "") == "half_pixel_symmetric";
        if (symmetric && check.Opset < 19) check.Fail("its coordinate_transformation_mode 'half_pixel_symmetric' exists from opset 19 on");
        if (symmetric) check.Fail("the coordinate_transformation_mode 'half_pixel_symmetric' is not supported");
        if (node.String("coordinate_transformation_mode", "") == "tf_crop_and_resize") check.Fail("the coordinate_transformation_mode 'tf_crop_and_resize' is not supported");
        if (node.String("mode", "nearest") == "cubic" && check.Opset < 11) check.Fail("the mode 'cubic' exists from opset 11 on");
        var axes = node.Ints("axes");
        check.Axes(axes, check.Rank(0));
        var count = axes?.Length ?? check.Rank(0);
        if (check.Opset < 11)
        {
            CheckScales(check, Doubles(check, 1), count);
            CheckAxes(check, node.String("mode", "nearest"), Doubles(check, 1), null);
            return;
        }
        var scales = Doubles(check, 2) is { Length: > 0 } given ? given : null;
        var hasScales = node.HasInput(2) && check.Constant(2) is not { Count: 0 };
        var hasSizes = node.HasInput(3) && check.Constant(3) is not { Count: 0 };
        if (hasScales == hasSizes) check.Fail("it must have either scales or sizes");
        CheckScales(check, scales, count);
        CheckAxes(check, node.String("mode", "nearest"), scales, axes);
        if (check.Integers(3) is not { Length: > 0 } sizes) return;
        if (count is { } rank && sizes.Length != rank) check.Fail($"it lists {sizes.Length} sizes for {rank} dimensions");
        if (Array.Exists(sizes, size => size < 1)) check.Fail($"its sizes [{string.Join(",", sizes)}] are not sizes");
        check.Generates(sizes);
        if (check.Shape(0) is { } shape)
            CheckAxes(check, node.String("mode", "nearest"), [.. sizes.Select((size, index) => shape[Positive(axes?[index] ?? index, shape.Count)].Value is { } dim ? (double)size / dim : 1)], axes);
    }

    // What ONNX Runtime has kernels for; it would refuse the others, some of them only when they run.
    private static void CheckAxes(NodeCheck check, string mode, double[]? scales, long[]? axes)
    {
        if (mode == "nearest" || scales is null || check.Rank(0) is not { } rank || scales.Length != (axes?.Length ?? rank)) return;
        var full = Enumerable.Repeat(1.0, rank).ToArray();
        for (var index = 0; index < scales.Length; index++) full[Positive(axes?[index] ?? index, rank)] = scales[index];
        var last = rank == 4 && full[0] == 1 && full[1] == 1;
        var works = mode == "cubic" ? rank == 2 || last : rank is 2 or 3 || last || (rank == 4 && full[0] == 1 && full[3] == 1) || (rank == 5 && full[0] == 1 && full[1] == 1);
        if (!works)
            check.Fail($"its mode '{mode}' with the scales [{string.Join(",", full)}] is not supported; supported: the two spatial dimensions of pictures{(mode == "cubic" ? "" : ", or the three of volumes")}");
    }

    private static int Positive(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    private static double[]? Doubles(NodeCheck check, int input)
    {
        if (check.Constant(input) is not { } tensor) return null;
        if (!tensor.Type.IsFloating() || tensor.Rank > 1) check.Fail($"its scales are a tensor {tensor}; a list of floats belongs there");
        return tensor.ToDoubles();
    }

    private static void CheckScales(NodeCheck check, double[]? scales, int? rank)
    {
        if (scales is null) return;
        if (rank is { } known && scales.Length != known) check.Fail($"it lists {scales.Length} scales for {known} dimensions");
        foreach (var scale in scales)
            if (scale is not (> 0 and <= MaxScale)) check.Fail($"its scale is {scale}, not above 0 and at most {MaxScale}");
        if (check.Type(0)?.KnownShape is { } shape && shape.Length == scales.Length)
            check.Generates(shape.Zip(scales, (dim, scale) => (long)(dim * scale)));
    }

    private static void CheckGridSample(NodeCheck check)
    {
        if (check.Rank(0) is { } rank and not 4) check.Fail($"it works on tensors of 4 dimensions, but meets one of {rank}");
        if (check.Shape(1) is { } grid && (grid.Count != 4 || grid[3].Value is not (null or 2))) check.Fail("its grid is not of the shape [batch, height, width, 2]");
        var mode = check.Node.String("mode", check.Opset < 20 ? "bilinear" : "linear");
        if (mode != "nearest" && mode.StartsWith("bi", StringComparison.Ordinal) != check.Opset < 20) check.Fail($"its mode '{mode}' is not one of opset {check.Opset}");
    }
}
