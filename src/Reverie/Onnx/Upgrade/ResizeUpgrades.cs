namespace Reverie.Onnx.Upgrade;

/// <summary>Upsample 7 and 9 and Resize 10, which knew no coordinate modes, and the inputs of Resize 11 that may be empty.</summary>
internal static class ResizeUpgrades
{
    public static IEnumerable<OperatorUpgrade> All =>
    [
        new("Upsample", 7, 9, Asymmetric),
        new("Resize", 10, 10, Asymmetric),
        new("Resize", 11, 24, Normalize),
    ];

    private static void Asymmetric(UpgradeContext context, Node node)
    {
        if (node.Attributes.Remove("scales", out var stated))
            UpgradeContext.SetInput(node, 1, context.Constant(node, "scales", Tensor.Of<float>(stated.Floats, stated.Floats.Length)));
        var linear = node.String("mode", "nearest") != "nearest";
        var scales = context.Constant(node.Input(1))?.ToDoubles();
        // ONNX Runtime rounds the source place down where Resize-10 enlarges, and up where it shrinks
        if (linear || scales is null || !scales.Any(scale => scale < 1) || !scales.Any(scale => scale > 1))
        {
            Resize(node.Output, node.Input(0), node.Input(1), scales is not null && scales.Any(scale => scale < 1));
            return;
        }
        var larger = context.Fresh(node, "larger");
        Resize(larger, node.Input(0), Scales("scales_up", Math.Max), false);
        Resize(node.Output, larger, Scales("scales_down", Math.Min), true);

        string Scales(string what, Func<double, double, double> limit) =>
            context.Constant(node, what, Tensor.Of<float>([.. scales.Select(scale => (float)limit(1, scale))], scales.Length));

        void Resize(string output, string input, string scale, bool shrinks)
        {
            var resize = new Node("Resize", [input, "", scale], [output]) { Name = output == node.Output ? node.Name : output };
            resize.Attributes["mode"] = linear ? "linear" : "nearest";
            resize.Attributes["coordinate_transformation_mode"] = "asymmetric";
            if (!linear) resize.Attributes["nearest_mode"] = shrinks ? "ceil" : "floor";
            context.Add(resize);
        }
    }

    private static void Normalize(UpgradeContext context, Node node)
    {
        // the region of interest matters to tf_crop_and_resize only, which is refused; empty lists mean what leaving out means
        for (var index = 1; index < node.Inputs.Count; index++)
            if (index == 1 || context.Constant(node.Inputs[index]) is { Count: 0 }) node.Inputs[index] = "";
        while (node.Inputs[^1].Length == 0) node.Inputs.RemoveAt(node.Inputs.Count - 1);
        if (node.String("coordinate_transformation_mode", "half_pixel") == "tf_half_pixel_for_nn")
        {
            // floor((x + 1/2) / s) = floor(((x + 1/2) / s - 1/2) + 1/2)
            if (node.String("nearest_mode", "round_prefer_floor") != "floor" || node.String("mode", "nearest") != "nearest")
                throw new ReverieException($"{node.Describe()}: the coordinate_transformation_mode 'tf_half_pixel_for_nn' is supported with mode 'nearest' and nearest_mode 'floor' only");
            node.Attributes["coordinate_transformation_mode"] = "half_pixel";
            node.Attributes["nearest_mode"] = "round_prefer_ceil";
        }
        context.Add(node);
    }
}
