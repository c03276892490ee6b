namespace Reverie.Tiling;

/// <summary>Operators that move values about: joining, cutting and permuting channels, padding, blocks to space and back.</summary>
internal static class LayoutRules
{
    public static void AddTo(Dictionary<string, Action<LocalityStep>> rules)
    {
        rules["Concat"] = Concat;
        rules["Split"] = step =>
        {
            step.NotSpatial(step.Axis(step.Node.Int("axis", 0)));
            step.GivePoints();
        };
        rules["Gather"] = Gather;
        rules["Slice"] = Slice;
        rules["Pad"] = Pad;
        rules["Transpose"] = Transpose;
        rules["Reshape"] = Reshape;
        rules["DepthToSpace"] = step => Blocks(step, size => new EnlargedFootprint(size, 0, 0, 0));
        rules["SpaceToDepth"] = step => Blocks(step, size => new WindowFootprint(size, size, Pads.None));
    }

    private static void Concat(LocalityStep step)
    {
        var node = step.Node;
        var axis = step.Axis(node.Int("axis", 0), Enumerable.Range(0, node.Inputs.Count).First(step.Depends));
        for (var input = 0; input < node.Inputs.Count; input++)
        {
            // what joins the picture's channels without depending on it would be of the picture's size: coordinates, a position code
            if (!step.Depends(input)) throw step.Refuse($"its operand '{node.Input(input)}' may differ from place to place");
            var tensor = step.Tensor(input);
            if (axis == tensor.AxisY || axis == tensor.AxisX) throw step.Refuse("it joins along an axis of the picture");
            step.Give(input, Footprint.Point, Footprint.Point);
        }
    }

    private static void Gather(LocalityStep step)
    {
        PointRules.OnlyFirst(step);
        var (tensor, axis) = (step.Tensor(0), step.Axis(step.Node.Int("axis", 0)));
        step.NotSpatial(axis);
        var more = step.Rank(1) - 1;
        step.GivePoints((tensor.AxisY + (axis < tensor.AxisY ? more : 0), tensor.AxisX + (axis < tensor.AxisX ? more : 0)));
    }

    private static void Slice(LocalityStep step)
    {
        PointRules.OnlyFirst(step);
        var axes = step.Node.HasInput(3) ? step.Constant(3)?.ToInts() ?? throw step.Refuse("its axes are not constant")
            : [.. Enumerable.Range(0, (int)(step.Constant(1)?.Count ?? throw step.Refuse("its bounds are not constant"))).Select(axis => (long)axis)];
        foreach (var axis in axes) step.NotSpatial(step.Axis(axis));
        step.GivePoints();
    }

    private static void Pad(LocalityStep step)
    {
        PointRules.OnlyFirst(step);
        var (node, tensor) = (step.Node, step.Tensor(0));
        var pads = step.Constant(1)?.ToInts() ?? throw step.Refuse("its pads are not constant");
        var axes = node.HasInput(3) ? step.Constant(3)?.ToInts() ?? throw step.Refuse("its axes are not constant")
            : [.. Enumerable.Range(0, step.Rank(0)).Select(axis => (long)axis)];
        var filling = node.String("mode", "constant") switch
        {
            "constant" => Filling.Constant,
            "edge" => Filling.Edge,
            "reflect" => Filling.Reflect,
            var mode => throw step.Refuse($"its mode '{mode}' is not supported in tiles"),
        };
        step.Give(0, Along(tensor.AxisY), Along(tensor.AxisX));

        Footprint Along(int axis)
        {
            var at = Array.FindIndex(axes, each => step.Axis(each) == axis);
            if (at < 0) return Footprint.Point;
            var (begin, end) = (pads[at], pads[at + axes.Length]);
            return begin >= 0 && end >= 0 ? new PaddedFootprint(begin, end, filling) : throw step.Refuse("its negative pads cut the picture");
        }
    }

    private static void Transpose(LocalityStep step)
    {
        var tensor = step.Tensor(0);
        var order = step.Node.Ints("perm") ?? [.. Enumerable.Range(0, step.Rank(0)).Reverse().Select(axis => (long)axis)];
        step.GivePoints((Array.IndexOf(order, tensor.AxisY), Array.IndexOf(order, tensor.AxisX)));
    }

    // Channels may be regrouped (as in a channel shuffle) as long as the picture's axes stay the last two.
    private static void Reshape(LocalityStep step)
    {
        if (step.Depends(1)) throw step.Refuse("its shape is computed from the picture's values");
        var (tensor, from, to) = (step.Tensor(0), step.Dims(step.Node.Input(0)), step.Dims(step.Node.Output));
        if (tensor.AxisY != from.Count - 2 || tensor.AxisX != from.Count - 1 || to.Count < 2 || !to[^2].Equals(from[^2]) || !to[^1].Equals(from[^1]))
            throw step.Refuse("it takes the picture apart");
        step.GivePoints((to.Count - 2, to.Count - 1));
    }

    private static void Blocks(LocalityStep step, Func<long, Footprint> footprint)
    {
        if (step.Tensor(0) is not { AxisY: 2, AxisX: 3 }) throw step.Refuse("its input is not a picture of [N,C,H,W]");
        var along = footprint(step.Node.Int("blocksize", 1));
        step.Give(0, along, along);
    }
}
