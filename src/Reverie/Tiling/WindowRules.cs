using Reverie.Onnx;

namespace Reverie.Tiling;

/// <summary>Operators that slide a window over the picture: convolutions, pools, resizing by whole factors.</summary>
internal static class WindowRules
{
    public static void AddTo(Dictionary<string, Action<LocalityStep>> rules)
    {
        rules["Conv"] = step => Slide(step, isPool: false);
        rules["MaxPool"] = rules["AveragePool"] = rules["LpPool"] = step => Slide(step, isPool: true);
        rules["ConvTranspose"] = Spread;
        rules["Resize"] = Resize;
    }

    private static void Slide(LocalityStep step, bool isPool)
    {
        var node = step.Node;
        PointRules.OnlyFirst(step);
        Planar(step);
        var kernel = Kernel(step);
        step.Give(0, Along(0), Along(1));

        WindowFootprint Along(int axis)
        {
            var dilation = node.Ints("dilations")?[axis] ?? 1;
            var extent = checked(dilation * (kernel[axis] - 1) + 1);
            var auto = node.String("auto_pad", "NOTSET");
            var pads = auto switch
            {
                "NOTSET" or "" => Pads.Of(node.Ints("pads")?[axis] ?? 0),
                "VALID" => Pads.None,
                // ONNX Runtime pads dilated pools as if they were not dilated
                _ => Pads.Same(isPool ? kernel[axis] : extent, auto == "SAME_UPPER"),
            };
            return new(node.Ints("strides")?[axis] ?? 1, extent, pads);
        }
    }

    private static void Spread(LocalityStep step)
    {
        var node = step.Node;
        PointRules.OnlyFirst(step);
        Planar(step);
        if (node.Ints("output_shape") is not null) throw step.Refuse("the size of its output is fixed");
        var kernel = Kernel(step);
        step.Give(0, Along(0), Along(1));

        SpreadFootprint Along(int axis)
        {
            var stride = node.Ints("strides")?[axis] ?? 1;
            var extent = checked((node.Ints("dilations")?[axis] ?? 1) * (kernel[axis] - 1) + 1);
            var extra = node.Ints("output_padding")?[axis] ?? 0;
            var auto = node.String("auto_pad", "NOTSET");
            if (auto is "NOTSET" or "") return new(stride, extent, node.Ints("pads")?[axis] ?? 0, (node.Ints("pads")?[axis + 2] ?? 0) - extra);
            if (auto == "VALID") return new(stride, extent, 0, -extra);
            // the output is stride times the input
            var total = Math.Max(0, extent + extra - stride);
            var begin = auto == "SAME_UPPER" ? total / 2 : total - total / 2;
            return new(stride, extent, begin, total - begin - extra);
        }
    }

    private static void Resize(LocalityStep step)
    {
        var (node, tensor) = (step.Node, step.Tensor(0));
        if (node.Int("antialias", 0) != 0 || node.Int("exclude_outside", 0) != 0) throw step.Refuse("its antialias and exclude_outside are not supported in tiles");
        var rank = step.Rank(0);
        var axes = node.Ints("axes") is { } listed ? Array.ConvertAll(listed, axis => step.Axis(axis)) : [.. Enumerable.Range(0, rank)];
        var scales = node.HasInput(3) ? null : step.Constant(2)?.ToDoubles();
        for (var axis = 0; axis < rank; axis++)
            if (axis != tensor.AxisY && axis != tensor.AxisX && !step.Dims(node.Output)[axis].Equals(step.Dims(node.Input(0))[axis])) throw step.Refuse("it resizes more than the picture");
        step.Give(0, Along(tensor.AxisY), Along(tensor.AxisX));

        Footprint Along(int axis)
        {
            var at = Array.IndexOf(axes, axis);
            if (at < 0) return Footprint.Point;
            var scale = scales?[at] ?? Ratio(step.Dims(node.Input(0))[axis], step.Dims(node.Output)[axis]);
            if (scale == 1) return Footprint.Point;
            var (factor, inverse) = ((long)Math.Round(scale), (long)Math.Round(1 / scale));
            var mode = node.String("coordinate_transformation_mode", "half_pixel");
            if (mode is not ("half_pixel" or "pytorch_half_pixel" or "asymmetric")) throw step.Refuse($"its coordinates ({mode}) depend on the picture's size");
            // a position between two of the input's: how many before the lower and after it are read
            var (before, after) = node.String("mode", "nearest") switch { "cubic" => (1L, 2L), _ => (0L, 1L) };
            if (factor >= 1 && factor == scale) return new EnlargedFootprint(factor, mode == "asymmetric" ? 0 : 1 - factor, before, after);
            if (inverse >= 1 && (float)(1.0 / inverse) == (float)scale)
                return new WindowFootprint(inverse, before + after + 1, Pads.Of(before - (mode == "asymmetric" ? 0 : (inverse - 1) / 2)));
            throw step.Refuse($"it resizes by {scale}, which is no whole factor");
        }

        double Ratio(Dim from, Dim to)
        {
            for (var factor = 2; factor <= 64; factor++)
                if ((from * factor).Equals(to)) return factor;
            return from.Equals(to) ? 1 : throw step.Refuse("the sizes that it makes are no whole multiples of its input's");
        }
    }

    private static void Planar(LocalityStep step)
    {
        if (step.Rank(0) != 4 || step.Tensor(0) is not { AxisY: 2, AxisX: 3 }) throw step.Refuse("its input is not a picture of [N,C,H,W]");
    }

    private static long[] Kernel(LocalityStep step)
    {
        if (step.Node.Ints("kernel_shape") is { } stated) return stated;
        var weights = step.Dims(step.Node.Input(1));
        return [.. weights.Skip(2).Select(size => size.Value ?? throw step.Refuse("the size of its kernel is not known"))];
    }
}
