namespace Reverie.Onnx.Shapes;

/// <summary>Convolutions and pools: operators that slide a window over the spatial axes of [N, C, ...].</summary>
internal static class WindowShapes
{
    public static void AddTo(Dictionary<string, Action<Step>> rules)
    {
        rules["Conv"] = Conv;
        rules["ConvTranspose"] = ConvTranspose;
        rules["MaxPool"] = MaxPool;
        rules["AveragePool"] = rules["LpPool"] = step => step.Set(Pooled(step));
        rules["GlobalAveragePool"] = rules["GlobalMaxPool"] = rules["GlobalLpPool"] = GlobalPool;
        rules["MaxUnpool"] = MaxUnpool;
    }

    /// <summary>
    /// The positions of a window along one axis: floor((size + pads - extent) / stride) + 1, extent = dilation (kernel - 1) + 1; rounded up in ceil mode,
    /// where a last window that would start in the padding after the input is dropped, as ONNX Runtime does in every opset.
    /// </summary>
    private static Dim Positions(Step step, Dim size, Window window, int axis, bool isPool)
    {
        var extent = checked(window.Dilations[axis] * (window.Kernel[axis] - 1) + 1);
        var stride = window.Strides[axis];
        Dim begin = 0, end = 0;
        if (window.AutoPad is "SAME_UPPER" or "SAME_LOWER")
        {
            if (!isPool || window.Dilations[axis] == 1) return size.CeilDiv(stride);
            // ONNX Runtime pads dilated pools as if they were not dilated
            var pad = (size.CeilDiv(stride) - 1) * stride + window.Kernel[axis] - size;
            begin = window.AutoPad == "SAME_LOWER" ? pad.CeilDiv(2) : pad.FloorDiv(2);
            end = pad - begin;
        }
        else if (window.AutoPad != "VALID") (begin, end) = (window.Pads[axis], window.Pads[axis + window.Kernel.Length]);
        var room = size + begin + end - extent;
        // in ceil mode one window may reach over the end
        if ((window.CeilMode ? room.CeilDiv(stride) + 1 : room + 1).Most() < 1)
            throw step.Fail($"its window of {extent} does not fit into an input of {size} with padding {begin + end}; use a larger input");
        if (!window.CeilMode) return room.FloorDiv(stride) + 1;
        return Dim.Min(room.CeilDiv(stride) + 1, (size + begin).CeilDiv(stride));
    }

    private static void Conv(Step step)
    {
        if (step.Shape(0) is not { } x || step.Shape(1) is not { } weights) return;
        if (x.Length < 3) throw step.Fail($"its input must be [N,C,...] but is [{Step.Text(x)}]");
        step.Rank(1, x.Length);
        var groups = Groups(step);
        step.Equal(x[1], weights[1] * groups,
            () => $"the input has {x[1]} channels, but the weights [{Step.Text(weights)}] in {groups} group(s) expect {weights[1] * groups}");
        if (weights[0].Value is { } filters && filters % groups != 0) throw step.Fail($"{filters} filters cannot be divided into {groups} groups");
        CheckBias(step, weights[0]);
        if (Window.Read(step, x.Length - 2, weights[2..]) is not { } window)
        {
            step.Set([x[0], weights[0], .. step.Fresh(0, 2, x.Length - 2)]);
            return;
        }
        step.Set([x[0], weights[0], .. window.Kernel.Select((_, axis) => Positions(step, x[axis + 2], window, axis, isPool: false))]);
    }

    private static void ConvTranspose(Step step)
    {
        if (step.Shape(0) is not { } x || step.Shape(1) is not { } weights) return;
        if (x.Length < 3) throw step.Fail($"its input must be [N,C,...] but is [{Step.Text(x)}]");
        step.Rank(1, x.Length);
        var groups = Groups(step);
        step.Equal(x[1], weights[0], () => $"the input has {x[1]} channels, but the weights [{Step.Text(weights)}] expect {weights[0]}");
        if (weights[0].Value is { } filters && filters % groups != 0) throw step.Fail($"{filters} channels cannot be divided into {groups} groups");
        var channels = weights[1] * groups;
        CheckBias(step, channels);
        var spatial = x.Length - 2;
        var stated = step.Node.Ints("output_shape");
        if (stated is not null && stated.Length != spatial && stated.Length != spatial + 2) throw step.Fail($"output_shape must list {spatial} sizes");
        if (Window.Read(step, spatial, weights[2..]) is not { } window)
        {
            step.Set([x[0], channels, .. step.Fresh(0, 2, spatial)]);
            return;
        }
        var extra = step.Node.Ints("output_padding") ?? new long[spatial];
        if (extra.Length != spatial) throw step.Fail($"output_padding must list {spatial} sizes");
        var sizes = new Dim[spatial];
        for (var axis = 0; axis < spatial; axis++)
        {
            var extent = checked(window.Dilations[axis] * (window.Kernel[axis] - 1) + 1);
            var stride = window.Strides[axis];
            sizes[axis] = stated is not null ? stated[axis + stated.Length - spatial]
                : (x[axis + 2] - 1) * stride + extra[axis] + extent - window.AutoPad switch
                {
                    // size times stride, but padding is never negative
                    "SAME_UPPER" or "SAME_LOWER" => Math.Max(0, extra[axis] + extent - stride),
                    "VALID" => 0,
                    _ => window.Pads[axis] + window.Pads[axis + spatial],
                };
            if (sizes[axis].Most() <= 0) throw step.Fail($"its pads leave nothing of an input of {x[axis + 2]}");
        }
        step.Set([x[0], channels, .. sizes]);
    }

    private static Dim[]? Pooled(Step step)
    {
        if (step.Shape(0) is not { } x) return null;
        if (x.Length < 3) throw step.Fail($"its input must be [N,C,...] but is [{Step.Text(x)}]");
        var window = Window.Read(step, x.Length - 2, null) ?? throw step.Fail("it lacks the attribute kernel_shape");
        return [x[0], x[1], .. window.Kernel.Select((_, axis) => Positions(step, x[axis + 2], window, axis, isPool: true))];
    }

    private static void MaxPool(Step step)
    {
        var shape = Pooled(step);
        step.Set(shape);
        step.Set(1, new Fact(ElementType.Int64, shape));
    }

    private static void GlobalPool(Step step)
    {
        if (step.Shape(0) is not { } x) return;
        if (x.Length < 3) throw step.Fail($"its input must be [N,C,...] but is [{Step.Text(x)}]");
        step.Set([x[0], x[1], .. Enumerable.Repeat(Dim.Of(1), x.Length - 2)]);
    }

    private static void MaxUnpool(Step step)
    {
        if (step.Shape(0) is not { } x) return;
        if (x.Length < 3) throw step.Fail($"its input must be [N,C,...] but is [{Step.Text(x)}]");
        if (step.InputCount > 2 && step.Node.HasInput(2))
        {
            step.Set(ShapeArithmetic.Target(step, 2));
            return;
        }
        var window = Window.Read(step, x.Length - 2, null) ?? throw step.Fail("it lacks the attribute kernel_shape");
        var spatial = window.Kernel.Length;
        step.Set([x[0], x[1], .. window.Kernel.Select((kernel, axis) => (x[axis + 2] - 1) * window.Strides[axis] + kernel - window.Pads[axis] - window.Pads[axis + spatial])]);
    }

    private static long Groups(Step step)
    {
        var groups = step.Node.Int("group", 1);
        return groups > 0 ? groups : throw step.Fail($"group must be at least 1 but is {groups}");
    }

    private static void CheckBias(Step step, Dim channels)
    {
        if (step.InputCount < 3 || !step.Node.HasInput(2) || !step.Rank(2, 1)) return;
        step.Equal(step.Shape(2)![0], channels, () => $"{channels} filters need as many biases, but there are {step.Shape(2)![0]}");
    }
}
