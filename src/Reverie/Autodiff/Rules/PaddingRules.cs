namespace Reverie.Autodiff.Rules;

/// <summary>Padding: the border's cotangents are dropped (constant), or added to the elements that the border was copied from (reflect, edge, wrap).</summary>
internal static class PaddingRules
{
    public static void AddTo(Dictionary<string, BackwardRule> rules) => rules["Pad"] = Pad;

    private static void Pad(RuleContext c)
    {
        c.OnlyInput(0);
        var mode = c.Node.String("mode", "constant");
        if (mode == "constant")
        {
            c.Give(0, c.Node.HasInput(3) ? Crop(c, PadsOfAllAxes(c)) : Crop(c, c.In(1)));
            return;
        }
        if (c.ConstantOf(1)?.ToInts() is not { } given) throw c.Refusal($"its pads are computed at run time, which mode '{mode}' does not allow");
        var rank = c.Rank();
        var axes = c.ConstantOf(3)?.ToInts() ?? [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        var dy = c.Dy;
        for (var index = axes.Length - 1; index >= 0; index--)
        {
            var (begin, end) = (given[index], given[axes.Length + index]);
            if (begin < 0 || end < 0) throw c.Refusal($"negative pads in mode '{mode}' are not supported");
            if (begin == 0 && end == 0) continue;
            var axis = axes[index] < 0 ? axes[index] + rank : axes[index];
            dy = mode switch
            {
                "reflect" => Reflect(c, dy, axis, begin, end),
                "edge" => Edge(c, dy, axis, begin, end),
                _ => throw c.Refusal($"mode '{mode}' is not supported"),
            };
        }
        c.Give(0, dy);
    }

    // Padding by the negative: it crops where there was a border, and puts zeros where a negative pad had cropped.
    private static Value Crop(RuleContext c, Value pads)
    {
        var negative = c.Emitter.ConstantOf(pads.Name) is { } constant ? c.Emitter.Ints([.. constant.ToInts().Select(pad => -pad)]) : -pads;
        return c.Emitter.Op("Pad", c.Dy, negative, c.Emitter.Scalar(0));
    }

    private static Value PadsOfAllAxes(RuleContext c)
    {
        var rank = c.Rank();
        if (c.ConstantOf(1)?.ToInts() is not { } given || c.ConstantOf(3)?.ToInts() is not { } axes)
            throw c.Refusal("its pads and axes are computed at run time");
        var pads = new long[2 * rank];
        for (var index = 0; index < axes.Length; index++)
        {
            var axis = axes[index] < 0 ? axes[index] + rank : axes[index];
            (pads[axis], pads[rank + axis]) = (given[index], given[axes.Length + index]);
        }
        return c.Emitter.Ints(pads);
    }

    // The left border holds x[begin], ..., x[1]; the right one x[size-2], ..., x[size-1-end].
    private static Value Reflect(RuleContext c, Value dy, long axis, long begin, long end)
    {
        var size = c.Emitter.Op("Gather", [c.Shape(), c.Emitter.Ints(axis)], ("axis", 0));
        var sum = Cut(c, dy, axis, begin, end);
        if (begin > 0)
        {
            var left = Reversed(c, dy, axis, c.Emitter.Ints(begin - 1), c.Emitter.Ints(long.MinValue));
            sum += Placed(c, left, axis, c.Emitter.Ints(1), size - c.Emitter.Ints(begin + 1));
        }
        if (end > 0)
        {
            var right = Reversed(c, dy, axis, c.Emitter.Ints(-1), c.Emitter.Ints(-end - 1));
            sum += Placed(c, right, axis, size - c.Emitter.Ints(end + 1), c.Emitter.Ints(1));
        }
        return sum;
    }

    // All of the border is a copy of the first or last element.
    private static Value Edge(RuleContext c, Value dy, long axis, long begin, long end)
    {
        var size = c.Emitter.Op("Gather", [c.Shape(), c.Emitter.Ints(axis)], ("axis", 0));
        var sum = Cut(c, dy, axis, begin, end);
        if (begin > 0) sum += Placed(c, dy.Slice(c.Emitter.Ints(0), c.Emitter.Ints(begin), axis).Sum(axis), axis, c.Emitter.Ints(0), size - c.Emitter.Ints(1));
        if (end > 0) sum += Placed(c, dy.Slice(c.Emitter.Ints(-end), c.Emitter.Ints(long.MaxValue), axis).Sum(axis), axis, size - c.Emitter.Ints(1), c.Emitter.Ints(0));
        return sum;
    }

    private static Value Cut(RuleContext c, Value dy, long axis, long begin, long end) =>
        dy.Slice(c.Emitter.Ints(begin), c.Emitter.Ints(end == 0 ? long.MaxValue : -end), axis);

    private static Value Reversed(RuleContext c, Value dy, long axis, Value start, Value end) =>
        c.Emitter.Op("Slice", dy, start, end, c.Emitter.Ints(axis), c.Emitter.Ints(-1));

    private static Value Placed(RuleContext c, Value part, long axis, Value before, Value after) =>
        c.Emitter.Op("Pad", part, c.Emitter.Op("Concat", [before, after], ("axis", 0)), c.Emitter.Scalar(0), c.Emitter.Ints(axis));
}
