namespace Reverie.Onnx.Shapes;

/// <summary>Operators that move elements about without computing: reshaping, permuting, joining, splitting, repeating.</summary>
internal static class LayoutShapes
{
    public static void AddTo(Dictionary<string, Action<Step>> rules)
    {
        rules["Reshape"] = Reshape;
        rules["Flatten"] = Flatten;
        rules["Transpose"] = Transpose;
        rules["Squeeze"] = Squeeze;
        rules["Unsqueeze"] = Unsqueeze;
        rules["Concat"] = Concat;
        rules["Split"] = Split;
        rules["Expand"] = Expand;
        rules["Tile"] = Tile;
        rules["DepthToSpace"] = step => Blocks(step, toSpace: true);
        rules["SpaceToDepth"] = step => Blocks(step, toSpace: false);
        rules["Pad"] = Pad;
        rules["CenterCropPad"] = CenterCropPad;
    }

    private static void Reshape(Step step)
    {
        if (ShapeArithmetic.Target(step, 1) is not { } target)
        {
            step.Set(null);
            return;
        }
        var input = step.Shape(0);
        var copiesZero = step.Node.Int("allowzero", 0) == 0;
        var result = (Dim[])target.Clone();
        var open = -1;
        Dim known = 1;
        for (var axis = 0; axis < result.Length; axis++)
        {
            if (result[axis].Value == -1)
            {
                if (open >= 0) throw step.Fail($"the target shape [{Step.Text(target)}] leaves more than one size open");
                open = axis;
                continue;
            }
            if (result[axis].Value < -1) throw step.Fail($"the target shape [{Step.Text(target)}] has a negative size");
            if (result[axis].Value == 0 && copiesZero)
            {
                if (input is not null && axis >= input.Length) throw step.Fail($"the target shape [{Step.Text(target)}] copies size {axis} of an input of {input.Length} dimensions");
                result[axis] = input?[axis] ?? step.Fresh(0, axis);
            }
            known *= result[axis];
        }
        if (input is null)
        {
            if (open >= 0) result[open] = step.Fresh(0, open);
        }
        else
        {
            var total = ShapeArithmetic.Size(input)![0];
            if (open >= 0) result[open] = Open(step, input, target, total, known);
            else step.Equal(total, known, () => $"[{Step.Text(input)}] has {total} elements and cannot be reshaped to [{Step.Text(target)}], which has {known}");
        }
        step.Set(0, step.Input(0).Reshaped(result));
    }

    private static Dim Open(Step step, Dim[] input, Dim[] target, Dim total, Dim known)
    {
        if (known.Value <= 0) throw step.Fail($"[{Step.Text(input)}] cannot be reshaped to [{Step.Text(target)}]: a size is left open beside a size of 0");
        if (total.DivideExactly(known) is { } exact) return exact;
        if (total.IsKnown && known.IsKnown) throw step.Fail($"[{Step.Text(input)}] has {total} elements and cannot be reshaped to [{Step.Text(target)}]");
        step.Assume(total, known);
        return total.FloorDiv(known);
    }

    private static void Flatten(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(step.Fresh(0, 0, 2));
            return;
        }
        var axis = step.Node.Int("axis", 1);
        if (axis < -x.Length || axis > x.Length) throw step.Fail($"axis {axis} does not exist in a tensor of {x.Length} dimensions");
        var split = (int)(axis < 0 ? axis + x.Length : axis);
        step.Set([ShapeArithmetic.Size(x[..split])![0], ShapeArithmetic.Size(x[split..])![0]]);
    }

    private static void Transpose(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(null);
            return;
        }
        var order = step.Node.Ints("perm") ?? [.. Enumerable.Range(0, x.Length).Reverse().Select(axis => (long)axis)];
        if (order.Length != x.Length || order.Distinct().Count() != x.Length || Array.Exists(order, axis => axis < 0 || axis >= x.Length))
            throw step.Fail($"perm [{string.Join(",", order)}] does not permute {x.Length} axes");
        step.Set(0, step.Input(0).Reshaped(Array.ConvertAll(order, axis => x[axis])));
    }

    private static void Squeeze(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(null);
            return;
        }
        int[]? axes;
        if (step.InputCount > 1 && step.Node.HasInput(1)) axes = step.Axes(1, x.Length);
        // without axes every size of 1 goes; where a size is not known, neither is the rank
        else axes = Array.TrueForAll(x, size => size.IsKnown || size.Least() > 1) ? [.. Enumerable.Range(0, x.Length).Where(axis => x[axis].Value == 1)] : null;
        if (axes is null)
        {
            step.Set(null);
            return;
        }
        foreach (var axis in axes)
            step.Equal(x[axis], 1, () => $"axis {axis} of [{Step.Text(x)}] cannot be squeezed: its size is not 1");
        step.Set(0, step.Input(0).Reshaped([.. x.Where((_, axis) => !axes.Contains(axis))]));
    }

    private static void Unsqueeze(Step step)
    {
        if (step.Shape(0) is not { } x || step.Shape(1) is not [{ Value: { } count }] || count > Fact.MaxValues || step.Axes(1, x.Length + (int)count) is not { } axes)
        {
            step.Set(null);
            return;
        }
        var shape = x.ToList();
        foreach (var axis in axes) shape.Insert(axis, 1);
        step.Set(0, step.Input(0).Reshaped([.. shape]));
    }

    private static void Concat(Step step)
    {
        Dim[]? result = null;
        var values = new List<Dim>();
        var allValues = true;
        var axis = 0;
        for (var index = 0; index < step.InputCount; index++)
        {
            if (step.Shape(index) is not { } shape)
            {
                step.Set(null);
                return;
            }
            if (shape.Length == 0) throw step.Fail("scalars cannot be concatenated");
            allValues &= step.Input(index).Values is { } part && values.Count + part.Length <= Fact.MaxValues;
            if (allValues) values.AddRange(step.Input(index).Values!);
            if (result is null)
            {
                axis = step.Axis(step.Node.Int("axis", 0), shape.Length);
                result = (Dim[])shape.Clone();
                continue;
            }
            var before = result;
            if (shape.Length != result.Length) throw step.Fail($"[{Step.Text(before)}] and [{Step.Text(shape)}] cannot be concatenated: they have different numbers of dimensions");
            for (var other = 0; other < shape.Length; other++)
                if (other != axis) step.Equal(result[other], shape[other], () => $"[{Step.Text(before)}] and [{Step.Text(shape)}] cannot be concatenated along axis {axis}");
            result[axis] += shape[axis];
        }
        step.Set(0, new Fact(step.Input(0).Element, result, allValues && result is { Length: 1 } ? [.. values] : null));
    }

    private static void Split(Step step)
    {
        var count = step.Node.Outputs.Count;
        if (step.Shape(0) is not { } x)
        {
            for (var index = 0; index < count; index++) step.Set(index, new Fact(step.Input(0).Element, null));
            return;
        }
        var axis = step.Axis(step.Node.Int("axis", 0), x.Length);
        var sizes = Sizes(step, x[axis], count);
        Dim at = 0;
        for (var index = 0; index < count; index++)
        {
            var shape = (Dim[])x.Clone();
            shape[axis] = sizes?[index] ?? step.Fresh(index, axis);
            Dim[]? values = null;
            if (x.Length == 1 && step.Input(0).Values is { } all && sizes is not null && at.Value is { } from && sizes[index].Value is { } length)
                values = all[(int)from..(int)(from + length)];
            if (sizes is not null) at += sizes[index];
            step.Set(index, new Fact(step.Input(0).Element, shape, values));
        }
    }

    // Even parts are the size divided by their number, rounded up; the last takes what is left.
    private static Dim[]? Sizes(Step step, Dim size, int count)
    {
        if (step.InputCount > 1 && step.Node.HasInput(1))
        {
            if (step.Input(1).Values is not { } stated) return null;
            if (stated.Length != count) throw step.Fail($"it has {count} outputs but {stated.Length} sizes");
            if (Array.Exists(stated, part => part.Value < 0)) throw step.Fail($"the sizes [{Step.Text(stated)}] cannot be negative");
            step.Equal(stated.Aggregate(Dim.Of(0), (sum, part) => sum + part), size, () => $"the sizes [{Step.Text(stated)}] do not sum up to {size}");
            return stated;
        }
        var parts = step.Node.Int("num_outputs", count);
        if (parts != count) throw step.Fail($"it has {count} outputs but num_outputs is {parts}");
        var even = size.CeilDiv(parts);
        var last = size - even * (parts - 1);
        if (last.Most() < 0) throw step.Fail($"a size of {size} cannot be split into {parts} parts");
        return [.. Enumerable.Repeat(even, count - 1), last];
    }

    private static void Expand(Step step)
    {
        var target = ShapeArithmetic.Target(step, 1);
        if (target is not null && Array.Exists(target, size => size.Value < 0)) throw step.Fail($"the target shape [{Step.Text(target)}] has a negative size");
        var shape = step.Broadcast(step.Shape(0), target);
        Dim[]? values = null;
        if (step.Input(0).Values is [var value] && shape is [] or [{ Value: <= Fact.MaxValues }])
            values = step.Input(0).Values is [var only] ? [.. Enumerable.Repeat(only, shape.Length == 0 ? 1 : (int)shape[0].Value!.Value)] : null;
        else if (shape is { Length: <= 1 } && step.Shape(0) is { } same && same.SequenceEqual(shape)) values = step.Input(0).Values;
        step.Set(0, new Fact(step.Input(0).Element, shape, values));
    }

    private static void Tile(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(null);
            return;
        }
        if (step.Input(1).Values is not { } repeats)
        {
            step.Set(step.Fresh(0, 0, x.Length));
            return;
        }
        if (repeats.Length != x.Length) throw step.Fail($"{repeats.Length} repeats do not fit the shape [{Step.Text(x)}]");
        if (Array.Exists(repeats, count => count.Value < 0)) throw step.Fail($"the repeats [{Step.Text(repeats)}] cannot be negative");
        step.Set([.. x.Zip(repeats, (size, count) => size * count)]);
    }

    private static void Blocks(Step step, bool toSpace)
    {
        if (!step.Rank(0, 4))
        {
            step.Set(step.Fresh(0, 0, 4));
            return;
        }
        var x = step.Shape(0)!;
        var block = step.Node.Int("blocksize", 0);
        if (block is < 1 or > int.MaxValue) throw step.Fail($"blocksize must be at least 1 but is {block}");
        step.Set(toSpace
            ? [x[0], Divided(x[1], block * block), x[2] * block, x[3] * block]
            : [x[0], x[1] * (block * block), Divided(x[2], block), Divided(x[3], block)]);

        Dim Divided(Dim size, long by)
        {
            if (size.DivideExactly(by) is { } exact) return exact;
            if (size.IsKnown) throw step.Fail($"a size of {size} cannot be divided by {by}");
            step.Assume(size, by);
            return size.FloorDiv(by);
        }
    }

    private static void Pad(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(null);
            return;
        }
        var axes = step.InputCount > 3 && step.Node.HasInput(3) ? step.Input(3).KnownValues : [.. Enumerable.Range(0, x.Length).Select(axis => (long)axis)];
        if (axes is null || step.Input(1).Values is not { } pads)
        {
            step.Set(step.Fresh(0, 0, x.Length));
            return;
        }
        if (pads.Length != 2 * axes.Length) throw step.Fail($"{pads.Length} pads do not fit {axes.Length} axes");
        var shape = (Dim[])x.Clone();
        for (var index = 0; index < axes.Length; index++) shape[step.Axis(axes[index], x.Length)] += pads[index] + pads[index + axes.Length];
        step.Set(shape);
    }

    private static void CenterCropPad(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(null);
            return;
        }
        var axes = step.Node.Ints("axes") ?? [.. Enumerable.Range(0, x.Length).Select(axis => (long)axis)];
        var target = ShapeArithmetic.Target(step, 1);
        if (target is not null && target.Length != axes.Length) throw step.Fail($"{target.Length} sizes do not fit {axes.Length} axes");
        var shape = (Dim[])x.Clone();
        for (var index = 0; index < axes.Length; index++)
        {
            var axis = step.Axis(axes[index], x.Length);
            shape[axis] = target?[index] ?? step.Fresh(0, axis);
        }
        step.Set(shape);
    }
}
