using Reverie.Onnx;

namespace Reverie.Tests.Onnx;

/// <summary>Random cases of operators that move, pick and place elements.</summary>
internal static class LayoutCases
{
    public static void AddTo(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        Add("Reshape", c => c.Input(2, 3, 4, 5).Ints(c.Any<long[]>([-1], [0, -1], [6, 20], [0, 0, -1], [5, 4, -1, 2], [2, 0, 20], [-1, 5], [2, 3, 4, 5, 1])));
        Add("Flatten", c => c.Input(c.Shape(4)).With("axis", c.Random.Next(-4, 5)));
        Add("Transpose", c => c.Input(c.Shape(4)).With("perm", c.Coin() ? null : (Reverie.Onnx.Attribute)Shuffled(c, 4)));
        Add("Squeeze", c => c.Input(3, 1, 4, 1).Ints(c.Any<long[]>([1], [-1], [1, 3], [3, -3])));
        Add("Unsqueeze", c => c.Input(c.Shape(2)).Ints(c.Any<long[]>([0], [-1], [1, 3], [3, 0], [0, 1, 2])));
        Add("Concat", Concat);
        Add("Split", Split);
        Add("Slice", Slice);
        Add("Pad", Pad);
        Add("Expand", c => { var x = c.Shape(3, 1, 3); return c.Input([.. x.Select(size => c.Coin() ? 1 : size)]).Ints(c.Coin() ? x : [2, .. x]); });
        Add("Tile", c => c.Input(c.Shape(3)).Ints(c.Numbers(3, 0, 3)));
        Add("DepthToSpace", c => c.Input(2, 8, 3, 5).With("blocksize", 2L).With("mode", c.Any("DCR", "CRD")));
        Add("SpaceToDepth", c => c.Input(2, 3, 4, 6).With("blocksize", 2L));
        Add("CenterCropPad", c => c.Coin() ? c.Input(c.Shape(3)).Ints(c.Shape(3)) : c.Input(c.Shape(3)).Ints(c.Shape(2)).With("axes", new[] { 2L, -3L }));
        Add("Gather", c => { var x = c.Shape(3, 2, 5); return c.Input(x).Constant(OperatorCases.Longs(c, -2, 1, c.Shape(c.Random.Next(3)))).With("axis", c.Random.Next(-3, 3)); });
        Add("GatherElements", c => c.Input(3, 4).Constant(OperatorCases.Longs(c, 0, 2, 2, 4)).With("axis", 0L));
        Add("GatherND", c => c.Random.Next(3) switch
        {
            0 => c.Input(3, 4, 5).Constant(OperatorCases.Longs(c, 0, 2, 6, 2)),
            1 => c.Input(3, 4, 5).Constant(OperatorCases.Longs(c, 0, 2, 2, 7, 3)),
            _ => c.Input(3, 4, 5).Constant(OperatorCases.Longs(c, 0, 2, 3, 1)).With("batch_dims", 1L),
        });
        Add("ScatterElements", c => c.Input(3, 4).Constant(OperatorCases.Longs(c, 0, 2, 2, 4)).Input(2, 4).With("reduction", c.Any("none", "add", "max")));
        Add("ScatterND", c => c.Input(3, 4, 5).Constant(OperatorCases.Longs(c, 0, 2, 6, 2)).Input(6, 5).With("reduction", "add"));
        Add("OneHot", c => c.Input(OperatorCases.Longs(c, 0, 3, c.Shape(2))).Constant(Tensor.Of([4L])).Constant(Tensor.Of<float>([0, 1], 2)).With("axis", c.Random.Next(-3, 3)));
        Add("EyeLike", c => c.Input(c.Shape(2)).With("dtype", c.Any<long>(1, 7)));
        Add("NonZero", c => c.Input(c.Shape(3)));
        Add("Compress", c => c.Input(3, 4).Constant(Tensor.Of<bool>([true, false, true], 3)).With("axis", 0L));
        Add("GridSample", c => { var x = c.Shape(4); return c.Input(x).Input(x[0], c.Random.Next(1, 6), c.Random.Next(1, 6), 2); });
        Add("Resize", Resize);

        void Add(string op, Func<OperatorCase, OperatorCase> build) => cases[op] = random => build(new OperatorCase(op, random));
    }

    private static long[] Shuffled(OperatorCase c, int count)
    {
        var order = Enumerable.Range(0, count).Select(axis => (long)axis).ToArray();
        c.Random.Shuffle(order);
        return order;
    }

    private static OperatorCase Concat(OperatorCase c)
    {
        var x = c.Shape(3);
        var axis = c.Random.Next(-3, 3);
        for (var part = c.Random.Next(1, 4); part > 0; part--)
        {
            var shape = (long[])x.Clone();
            shape[axis < 0 ? axis + 3 : axis] = c.Random.Next(1, 5);
            c.Input(shape);
        }
        return c.With("axis", axis);
    }

    private static OperatorCase Split(OperatorCase c)
    {
        var parts = c.Numbers(c.Random.Next(1, 4), 0, 4);
        c.OutputCount = parts.Length;
        if (c.Coin()) return c.Input(3, Math.Max(1, parts.Sum()), 2).With("axis", c.Any(1L, -2L)).With("num_outputs", parts.Length);
        parts[0]++;
        return c.Input(3, parts.Sum(), 2).Ints(parts).With("axis", c.Any(1L, -2L));
    }

    private static OperatorCase Slice(OperatorCase c)
    {
        c.Input(c.Shape(3, 1, 9));
        var count = c.Random.Next(1, 4);
        c.Ints(Bound()).Ints(Bound());
        if (c.Coin()) c.Ints(Shuffled(c, 3)[..count]);
        else if (c.Coin()) c.Omit();
        else return c;
        return c.Ints([.. Enumerable.Range(0, count).Select(_ => c.Any(1L, 1L, 2L, 3L, -1L, -2L))]);

        long[] Bound() => [.. Enumerable.Range(0, count).Select(_ => c.Random.Next(6) switch
        {
            0 => long.MaxValue,
            1 => int.MaxValue,
            2 => c.Any(long.MinValue, -(long)int.MaxValue),
            _ => c.Random.Next(-11, 12),
        })];
    }

    private static OperatorCase Pad(OperatorCase c)
    {
        c.Input(c.Shape(3, 4, 7)).With("mode", c.Any("constant", "reflect", "edge"));
        if (c.Coin()) return c.Ints(c.Numbers(6, -1, 3));
        return c.Ints(c.Numbers(4, -1, 3)).Omit().Ints(c.Any<long[]>([0, 2], [-1, 1]));
    }

    private static OperatorCase Resize(OperatorCase c)
    {
        c.Input(2, 3, c.Random.Next(1, 40), c.Random.Next(1, 40)).Omit().With("mode", c.Any("nearest", "linear", "cubic"))
            .With("coordinate_transformation_mode", c.Any("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"));
        float[] scales = [c.Any(1f / 3, 0.5f, 2f, 1.5f, 2f / 3, 0.1f, 0.7f, 4f), c.Any(1f / 3, 0.5f, 2f, 3f, 1.25f, 0.9f, 0.04f)];
        switch (c.Random.Next(4))
        {
            case 0: return c.Constant(Tensor.Of<float>([1, 1, .. scales], 4));
            case 1: return c.Constant(Tensor.Of<float>(scales, 2)).With("axes", c.Any<long[]>([2, 3], [3, 2], [-2, -1]));
            case 2: return c.Omit().Ints(2, 3, c.Random.Next(1, 50), c.Random.Next(1, 50));
            default: return c.Omit().Ints(c.Shape(2, 1, 50)).With("axes", new[] { 2L, 3L }).With("keep_aspect_ratio_policy", c.Any("stretch", "not_larger", "not_smaller"));
        }
    }
}
