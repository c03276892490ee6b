namespace Reverie.Onnx.Shapes;

/// <summary>The attributes that place a sliding window, with ONNX's defaults filled in, per spatial axis.</summary>
internal sealed record Window(long[] Kernel, long[] Strides, long[] Dilations, long[] Pads, string AutoPad, bool CeilMode)
{
    /// <summary>Reads the attributes of a convolution (whose window is its weights') or a pool; null where the weights' size is not known.</summary>
    public static Window? Read(Step step, int spatial, Dim[]? weights)
    {
        var node = step.Node;
        var kernel = node.Ints("kernel_shape");
        if (weights is not null)
        {
            if (kernel is null && Array.TrueForAll(weights, size => size.IsKnown)) kernel = Array.ConvertAll(weights, size => size.Value!.Value);
            if (kernel is null) return null;
            for (var axis = 0; axis < Math.Min(spatial, kernel.Length); axis++)
                step.Equal(weights[axis], kernel[axis], () => $"kernel_shape is [{string.Join(",", kernel)}], but the weights are [...,{Step.Text(weights)}]");
        }
        if (kernel is null) return null;
        var autoPad = node.String("auto_pad", "NOTSET");
        if (autoPad is not ("NOTSET" or "" or "VALID" or "SAME_UPPER" or "SAME_LOWER")) throw step.Fail($"auto_pad '{autoPad}' does not exist");
        var window = new Window(kernel, node.Ints("strides") ?? Ones(spatial), node.Ints("dilations") ?? Ones(spatial), node.Ints("pads") ?? new long[2 * spatial],
            autoPad, node.Int("ceil_mode", 0) != 0);
        Check(window.Kernel, "kernel_shape", spatial, 1);
        Check(window.Strides, "strides", spatial, 1);
        Check(window.Dilations, "dilations", spatial, 1);
        Check(window.Pads, "pads", 2 * spatial, long.MinValue);
        return window;

        void Check(long[] values, string name, int count, long least)
        {
            if (values.Length != count) throw step.Fail($"{name} must list {count} numbers for {spatial} spatial axes but lists {values.Length}");
            if (Array.Exists(values, value => value < least)) throw step.Fail($"{name} [{string.Join(",", values)}] must be at least {least}");
        }
    }

    private static long[] Ones(int count)
    {
        var ones = new long[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
