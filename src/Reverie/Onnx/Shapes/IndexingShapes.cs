namespace Reverie.Onnx.Shapes;

/// <summary>Operators that pick or place elements by index.</summary>
internal static class IndexingShapes
{
    // Slices to "the end" are written as any number this large or larger.
    private const long Endless = int.MaxValue;

    public static void AddTo(Dictionary<string, Action<Step>> rules)
    {
        rules["Slice"] = Slice;
        rules["Gather"] = Gather;
        rules["GatherElements"] = GatherElements;
        rules["GatherND"] = GatherND;
        rules["ScatterElements"] = rules["ScatterND"] = step => step.Set(step.Shape(0));
        rules["NonZero"] = NonZero;
        rules["OneHot"] = OneHot;
        rules["EyeLike"] = step => step.Set(0, new Fact((ElementType)step.Node.Int("dtype", (long)step.Input(0).Element), step.Shape(0)));
        rules["Compress"] = Compress;
        rules["GridSample"] = GridSample;
    }

    private static void Slice(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(null);
            return;
        }
        var shape = (Dim[])x.Clone();
        // which part of a vector is taken, for following its values
        (Dim Start, long Step)? vector = null;
        var starts = step.Input(1).Values;
        var ends = step.Input(2).Values;
        var count = step.Shape(1) is [{ Value: { } length }] ? length : (long?)null;
        var axes = step.Node.HasInput(3) ? step.Input(3).KnownValues : count is { } all && all <= x.Length ? [.. Enumerable.Range(0, (int)all).Select(axis => (long)axis)] : null;
        var steps = step.Node.HasInput(4) ? step.Input(4).KnownValues : axes is null ? null : [.. axes.Select(_ => 1L)];
        if (axes is null)
        {
            step.Set(step.Fresh(0, 0, x.Length));
            return;
        }
        if (starts?.Length != axes.Length && starts is not null || ends?.Length != axes.Length && ends is not null || steps?.Length != axes.Length && steps is not null)
            throw step.Fail($"starts, ends, axes and steps must be equally long");
        for (var index = 0; index < axes.Length; index++)
        {
            var axis = step.Axis(axes[index], x.Length);
            if (steps?[index] == 0) throw step.Fail("a slice cannot advance by 0");
            if (starts is null || ends is null || steps is null || Taken(starts[index], ends[index], steps[index], x[axis]) is not { } taken)
            {
                shape[axis] = step.Fresh(0, axis);
                continue;
            }
            shape[axis] = taken.Count;
            vector = (taken.Start, steps[index]);
        }
        Dim[]? values = null;
        if (x.Length == 1 && step.Input(0).Values is { } elements && shape[0].Value is { } size)
        {
            if (axes.Length == 0 || size == 0) values = elements[..(int)size];
            else if (vector is { Start.Value: { } from } part) values = [.. Enumerable.Range(0, (int)size).Select(index => elements[from + index * part.Step])];
        }
        step.Set(0, new Fact(step.Input(0).Element, shape, values));
    }

    /// <summary>What a slice takes of an axis, as NumPy clamps it; null where it depends on the sizes in a way that cannot be written down.</summary>
    private static (Dim Start, Dim Count)? Taken(Dim start, Dim end, long stride, Dim size)
    {
        if (stride > 0)
        {
            if (Position(start, size, 0, size) is not { } from || Position(end, size, 0, size) is not { } to) return null;
            return (from, Dim.Max(0, (to - from).CeilDiv(stride)));
        }
        // backwards: from at most the last element down to, and without, at least the place before the first
        if (stride <= -Endless) stride = -Endless;
        // ONNX Runtime reads the largest 32- and 64-bit integers as "to the end" in either direction
        var toTheEnd = end.Value is int.MaxValue or long.MaxValue;
        if (Position(start, size, 0, size - 1) is not { } last || (toTheEnd ? -1 : Position(end, size, -1, size - 1)) is not { } before) return null;
        return (last, Dim.Max(0, (last - before).CeilDiv(-stride)));
    }

    // The index, counted from the front, kept between two bounds.
    private static Dim? Position(Dim index, Dim size, Dim least, Dim most)
    {
        if (index.Value >= Endless) return most;
        if (index.Value <= -Endless) return least;
        if (index.Least() >= 0) return Dim.Max(least, Dim.Min(index, most));
        return index.Most() < 0 ? Dim.Max(least, Dim.Min(index + size, most)) : null;
    }

    private static void Gather(Step step)
    {
        if (step.Shape(0) is not { } x || step.Shape(1) is not { } indices)
        {
            step.Set(null);
            return;
        }
        if (x.Length == 0) throw step.Fail("a scalar has no elements to gather");
        var axis = step.Axis(step.Node.Int("axis", 0), x.Length);
        if (x[axis].Value is { } size && step.Input(1).KnownValues is { } known && Array.Exists(known, index => index < -size || index >= size))
            throw step.Fail($"an index of [{string.Join(",", known)}] is outside an axis of size {size}");
        Dim[] shape = [.. x[..axis], .. indices, .. x[(axis + 1)..]];
        Dim[]? values = null;
        if (x.Length == 1 && indices.Length <= 1 && step.Input(0).Values is { } elements && step.Input(1).KnownValues is { } picks)
            values = Array.ConvertAll(picks, index => elements[index < 0 ? index + elements.Length : index]);
        step.Set(0, new Fact(step.Input(0).Element, shape, values));
    }

    private static void GatherElements(Step step)
    {
        if (step.Shape(0) is { } x && step.Shape(1) is { } indices && x.Length != indices.Length)
            throw step.Fail($"the indices [{Step.Text(indices)}] must have as many dimensions as [{Step.Text(x)}]");
        step.Set(step.Shape(1));
    }

    private static void GatherND(Step step)
    {
        var batch = step.Node.Int("batch_dims", 0);
        if (step.Shape(0) is not { } x || step.Shape(1) is not { Length: > 0 } indices || indices[^1].Value is not { } depth)
        {
            step.Set(null);
            return;
        }
        if (batch < 0 || batch >= Math.Min(x.Length, indices.Length) || depth < 1 || batch + depth > x.Length)
            throw step.Fail($"indices [{Step.Text(indices)}] with batch_dims {batch} do not fit [{Step.Text(x)}]");
        step.Set([.. indices[..^1], .. x[(int)(batch + depth)..]]);
    }

    private static void NonZero(Step step) =>
        step.Set(0, new Fact(ElementType.Int64, [step.Shape(0) is { } x ? x.Length : step.Fresh(0, 0), step.Fresh(0, 1)]));

    private static void OneHot(Step step)
    {
        var element = step.Input(2).Element;
        if (step.Shape(0) is not { } indices)
        {
            step.Set(0, new Fact(element, null));
            return;
        }
        var axis = step.Axis(step.Node.Int("axis", -1), indices.Length + 1);
        var depth = step.Input(1).Values is [var value] ? value : step.Fresh(0, axis);
        step.Set(0, new Fact(element, [.. indices[..axis], depth, .. indices[axis..]]));
    }

    private static void GridSample(Step step)
    {
        if (step.Shape(0) is not { Length: > 2 } x || !step.Rank(1, x.Length))
        {
            step.Set(null);
            return;
        }
        var grid = step.Shape(1)!;
        step.Equal(x[0], grid[0], () => $"{x[0]} pictures need as many grids, but there are {grid[0]}");
        step.Equal(grid[^1], x.Length - 2, () => $"the grid [{Step.Text(grid)}] must hold {x.Length - 2} coordinates");
        step.Set([x[0], x[1], .. grid[1..^1]]);
    }

    private static void Compress(Step step)
    {
        if (step.Shape(0) is not { } x)
        {
            step.Set(null);
            return;
        }
        if (!step.Node.Attributes.ContainsKey("axis"))
        {
            step.Set([step.Fresh(0, 0)]);
            return;
        }
        var axis = step.Axis(step.Node.Int("axis", 0), x.Length);
        var shape = (Dim[])x.Clone();
        shape[axis] = step.Fresh(0, axis);
        step.Set(shape);
    }
}
