namespace Reverie.Onnx.Upgrade;

/// <summary>AveragePool 19 to 24, whose windows may be dilated.</summary>
internal static class PoolingUpgrades
{
    public static IEnumerable<OperatorUpgrade> All => [new("AveragePool", 19, 24, Average)];

    private static void Average(UpgradeContext context, Node node)
    {
        if (!node.Attributes.Remove("dilations", out var dilations) || Array.TrueForAll(dilations.Ints, dilation => dilation == 1))
        {
            context.Add(node);
            return;
        }
        if (node.Int("ceil_mode", 0) != 0) throw new ReverieException($"{node.Describe()}: dilations together with ceil_mode are not supported");
        // The mean of a dilated window is a convolution of every channel alone; its divisor is that convolution of ones.
        var kernel = node.Ints("kernel_shape")!;
        var weights = new float[Tensor.CountOf(kernel)];
        Array.Fill(weights, 1f);
        var kernelTensor = context.Constant(node, "kernel", Tensor.Of<float>(weights, [1, 1, .. kernel]));
        var (shape, zero, two, end) = (context.Step(node, "Shape", [node.Input(0)]), context.Constant(node, "zero", Tensor.Ints(0)), context.Constant(node, "two", Tensor.Ints(2)), context.Constant(node, "end", Tensor.Ints(int.MaxValue)));
        var space = context.Step(node, "Slice", [shape, two, end]);
        var single = context.Step(node, "Concat", [context.Constant(node, "channels", Tensor.Ints(-1, 1)), space], ("axis", 0L));
        var total = Sum(context.Step(node, "Reshape", [node.Input(0), single]));
        string mean;
        if (node.Int("count_include_pad", 0) != 0)
            mean = context.Step(node, "Div", [total, context.Constant(node, "count", Tensor.Of([(float)weights.Length]))]);
        else
        {
            var extent = context.Step(node, "Concat", [context.Constant(node, "one", Tensor.Ints(1, 1)), space], ("axis", 0L));
            mean = context.Step(node, "Div", [total, Sum(context.Step(node, "ConstantOfShape", [extent], ("value", Tensor.Of([1f], 1))))]);
        }
        var outer = context.Step(node, "Slice", [shape, zero, two]);
        var inner = context.Step(node, "Slice", [context.Step(node, "Shape", [mean]), two, end]);
        context.Replace(node, "Reshape", [mean, context.Step(node, "Concat", [outer, inner], ("axis", 0L))]);

        string Sum(string input)
        {
            var sum = context.Step(node, "Conv", [input, kernelTensor], ("dilations", dilations));
            foreach (var name in new[] { "strides", "pads", "auto_pad" })
                if (node.Attributes.TryGetValue(name, out var value)) context.Nodes[^1].Attributes[name] = value;
            return sum;
        }
    }
}
