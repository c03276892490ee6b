namespace Reverie.Onnx.Upgrade;

/// <summary>Padding mode wrap of opset 19, as in circular convolutions: the places that the border repeats are gathered.</summary>
internal static class PaddingUpgrades
{
    public static IEnumerable<OperatorUpgrade> All => [new("Pad", 19, 24, Wrap)];

    private static void Wrap(UpgradeContext context, Node node)
    {
        if (node.String("mode", "constant") != "wrap")
        {
            context.Add(node);
            return;
        }
        if (context.Constant(node.Input(1))?.ToInts() is not { } pads || (node.HasInput(3) && context.Constant(node.Input(3)) is null))
            throw new ReverieException($"{node.Describe()}: in mode 'wrap' its pads and axes must be constants, but are computed at run time");
        var count = pads.Length / 2;
        var axes = context.Constant(node.Input(3))?.ToInts() ?? [.. Enumerable.Range(0, count).Select(axis => (long)axis)];
        var shape = context.Step(node, "Shape", [node.Input(0)]);
        var padded = node.Input(0);
        for (var index = 0; index < count; index++)
        {
            var (begin, end) = (pads[index], pads[count + index]);
            if (begin == 0 && end == 0) continue;
            // what negative pads crop goes first; then places -begin, ..., size + end - 1 of the endless repetition, modulo the size
            var (first, cropped) = (Math.Max(0, -begin), Math.Max(0, -begin) + Math.Max(0, -end));
            var axis = context.Constant(node, "axis", Tensor.Of([axes[index]]));
            var size = context.Step(node, "Sub", [context.Step(node, "Gather", [shape, axis]), Number("cropped", cropped)]);
            var limit = context.Step(node, "Add", [size, Number("end", Math.Max(0, end))]);
            var places = context.Step(node, "Mod", [context.Step(node, "Range", [Number("begin", -Math.Max(0, begin)), limit, Number("one", 1)]), size]);
            if (first > 0) places = context.Step(node, "Add", [places, Number("first", first)]);
            padded = context.Step(node, "Gather", [padded, places], ("axis", axes[index]));
        }
        context.Replace(node, "Identity", [padded]);

        string Number(string what, long value) => context.Constant(node, what, Tensor.Of([value]));
    }
}
