using Reverie.Onnx;

namespace Reverie.Tests.Autodiff;

/// <summary>Random cases for every operator that has a rule.</summary>
internal static class OperatorCases
{
    public static IReadOnlyDictionary<string, Func<Random, OperatorCase>> All { get; } = Make();

    private static Dictionary<string, Func<Random, OperatorCase>> Make()
    {
        var cases = new Dictionary<string, Func<Random, OperatorCase>>(StringComparer.Ordinal);
        Elementwise(cases);
        Windows(cases);
        Normalisations(cases);
        Matrices(cases);
        Reductions(cases);
        Layout(cases);
        RareOperatorCases.AddTo(cases);
        return cases;
    }

    private static long[] Shape(OperatorCase c, int rank = 0)
    {
        if (rank == 0) rank = c.Next(2, 4);
        return [.. Enumerable.Range(0, rank).Select(_ => (long)c.Next(1, 4))];
    }

    private static void Elementwise(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        Unary("Relu", -2, 2, 0);
        Unary("LeakyRelu", -2, 2, 0);
        cases["LeakyRelu"] = r => Kinked("LeakyRelu", r, 0).With("alpha", 0.2f);
        Unary("ThresholdedRelu", -2, 2, 1);
        cases["Elu"] = r => Kinked("Elu", r, 0).With("alpha", 0.7f);
        cases["Celu"] = r => Kinked("Celu", r, 0).With("alpha", 0.7f);
        Unary("Selu", -2, 2, 0);
        Unary("Sigmoid", -3, 3);
        cases["HardSigmoid"] = r => Kinked("HardSigmoid", r, -2.5, 2.5).With("alpha", 0.2f);
        Unary("HardSwish", -4, 4, -3, 3);
        Unary("Tanh", -2, 2);
        Unary("Softplus", -30, 30);
        Unary("Softsign", -2, 2, 0);
        Unary("Mish", -4, 4);
        Unary("Erf", -5, 5);
        cases["Gelu"] = r => new OperatorCase("Gelu", r) is var c ? c.Input(Shape(c), -4, 4).With("approximate", c.Pick("none", "tanh")) : throw new InvalidOperationException();
        Unary("Exp", -2, 2);
        Unary("Log", 0.2, 3);
        Unary("Sqrt", 0.2, 3);
        Unary("Abs", -2, 2, 0);
        Unary("Neg", -2, 2);
        Unary("Reciprocal", 0.3, 3);
        Unary("Sin", -3, 3);
        Unary("Cos", -3, 3);
        Unary("Identity", -2, 2);
        Unary("Dropout", -2, 2);
        cases["Cast"] = r => new OperatorCase("Cast", r) is var c ? c.Input(Shape(c)).With("to", (long)ElementType.Float) : throw new InvalidOperationException();
        cases["Clip"] = r =>
        {
            var c = new OperatorCase("Clip", r);
            c.Input(Shape(c), -2, 2, true, -1, 0.5);
            return c.Next(0, 2) switch
            {
                0 => c.Constant(Tensor.Of([-1f])).Constant(Tensor.Of([0.5f])),
                1 => c.Skip().Constant(Tensor.Of([0.5f])),
                _ => c.Constant(Tensor.Of([-1f])),
            };
        };
        cases["PRelu"] = r =>
        {
            var c = new OperatorCase("PRelu", r);
            var shape = Shape(c, 4);
            c.Input(shape, -2, 2, true, 0);
            return c.Input(c.Pick<long[]>([shape[1], 1, 1], [1], shape), 0.1, 0.5);
        };
        foreach (var op in (string[])["Add", "Sub", "Mul"]) cases[op] = r => Broadcast(op, r, 2, -2, 2);
        cases["Div"] = r => Broadcast("Div", r, 2, 0.5, 3);
        foreach (var op in (string[])["Sum", "Mean", "Max", "Min"]) cases[op] = r => Broadcast(op, r, r.Next(1, 4), -2, 2);
        cases["Pow"] = r =>
        {
            if (r.Next(3) == 0) return Broadcast("Pow", r, 2, 0.5, 2);
            var c = new OperatorCase("Pow", r);
            return c.Input(Shape(c), 0.3, 2).Constant(Tensor.Of([c.Pick(2f, 0.5f, 3f, -1f, 1f, 1.7f)]));
        };
        cases["Where"] = r =>
        {
            var c = new OperatorCase("Where", r);
            var shape = Shape(c, 3);
            c.Constant(Tensor.Of<bool>([.. Enumerable.Range(0, (int)(shape[0] * shape[1] * shape[2])).Select(_ => r.Next(2) == 0)], shape));
            return c.Input(shape).Input([shape[2]]);
        };

        void Unary(string op, double low, double high, params double[] kinks) => cases[op] = r =>
        {
            var c = new OperatorCase(op, r);
            return c.Input(Shape(c), low, high, true, kinks);
        };
        static OperatorCase Kinked(string op, Random r, params double[] kinks)
        {
            var c = new OperatorCase(op, r);
            return c.Input(Shape(c), -4, 4, true, kinks);
        }
    }

    private static OperatorCase Broadcast(string op, Random random, int count, double low, double high)
    {
        var c = new OperatorCase(op, random);
        var shape = Shape(c, 3);
        for (var index = 0; index < count; index++)
        {
            var own = shape.ToArray();
            if (index > 0)
            {
                if (c.Next(0, 2) == 0) own[c.Next(0, 2)] = 1;
                if (c.Next(0, 2) == 0) own = own[1..];
            }
            c.Input(own, low, high);
        }
        return c;
    }

    private static void Windows(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        cases["Conv"] = r =>
        {
            var c = new OperatorCase("Conv", r);
            var (axes, group, batch) = (c.Next(1, 2), c.Pick(1, 1, 2, 3), c.Next(1, 3));
            var (inputs, outputs) = (group * c.Next(1, 2), group * c.Next(1, 2));
            var window = Window(c, axes, out var sizes);
            c.Input([batch, inputs, .. sizes]).Weights(-1, 1, [outputs, inputs / group, .. window]);
            if (c.Next(0, 1) == 0) c.Weights(-1, 1, outputs);
            return c.With("group", (long)group);
        };
        cases["ConvTranspose"] = r =>
        {
            var c = new OperatorCase("ConvTranspose", r);
            var (axes, group) = (c.Next(1, 2), c.Pick(1, 2));
            var (inputs, outputs) = (group * c.Next(1, 2), group * c.Next(1, 2));
            var kernel = Enumerable.Range(0, axes).Select(_ => (long)c.Next(1, 3)).ToArray();
            var strides = Enumerable.Range(0, axes).Select(_ => (long)c.Next(1, 3)).ToArray();
            c.Input([c.Next(1, 2), inputs, .. Enumerable.Range(0, axes).Select(_ => (long)c.Next(2, 5))]).Weights(-1, 1, [inputs, outputs / group, .. kernel]);
            if (c.Next(0, 1) == 0) c.Weights(-1, 1, outputs);
            return c.With("group", (long)group).With("strides", strides).With("kernel_shape", kernel)
                .With("dilations", Enumerable.Range(0, axes).Select(_ => (long)c.Next(1, 2)).ToArray())
                .With("pads", Enumerable.Range(0, 2 * axes).Select(axis => kernel[axis % axes] > 1 ? (long)c.Next(0, 1) : 0).ToArray())
                .With("output_padding", strides.Select(stride => (long)c.Next(0, (int)stride - 1)).ToArray());
        };
        cases["MaxPool"] = r =>
        {
            var c = new OperatorCase("MaxPool", r);
            var window = Window(c, 2, out var sizes, pool: true);
            return c.Input([c.Next(1, 2), c.Next(1, 3), .. sizes]).With("kernel_shape", window).With("ceil_mode", c.Next(0, 1));
        };
        cases["AveragePool"] = r =>
        {
            var c = new OperatorCase("AveragePool", r);
            var window = Window(c, 2, out var sizes, pool: true);
            c.Node.Attributes.Remove("dilations");
            return c.Input([c.Next(1, 2), c.Next(1, 3), .. sizes]).With("kernel_shape", window)
                .With("ceil_mode", c.Next(0, 1)).With("count_include_pad", c.Next(0, 1));
        };
        cases["GlobalAveragePool"] = r => new OperatorCase("GlobalAveragePool", r).Input([r.Next(1, 3), r.Next(1, 4), r.Next(1, 5), r.Next(1, 5)]);
        cases["GlobalMaxPool"] = r => new OperatorCase("GlobalMaxPool", r).Input([r.Next(1, 3), r.Next(1, 4), r.Next(1, 5), r.Next(1, 5)]);
    }

    private static long[] Window(OperatorCase c, int axes, out long[] sizes, bool pool = false)
    {
        var kernel = Enumerable.Range(0, axes).Select(_ => (long)c.Next(pool ? 2 : 1, 3)).ToArray();
        var dilations = Enumerable.Range(0, axes).Select(_ => (long)c.Next(1, 2)).ToArray();
        sizes = [.. kernel.Select((size, axis) => dilations[axis] * (size - 1) + 1 + c.Next(1, 4))];
        c.With("strides", Enumerable.Range(0, axes).Select(_ => (long)c.Next(1, 3)).ToArray());
        var auto = c.Pick("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
        // ONNX Runtime refuses SAME with dilation, and with strides beyond the window
        if (auto.StartsWith("SAME", StringComparison.Ordinal))
        {
            dilations = [.. dilations.Select(_ => 1L)];
            c.With("strides", c.Node.Ints("strides")!.Select((stride, axis) => Math.Min(stride, kernel[axis])).ToArray());
        }
        if (auto == "NOTSET") c.With("pads", Enumerable.Range(0, 2 * axes).Select(axis => (long)c.Next(0, (int)Math.Min(kernel[axis % axes] - 1, 2))).ToArray());
        else c.With("auto_pad", auto);
        c.With("dilations", dilations);
        return kernel;
    }

    private static void Normalisations(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        cases["BatchNormalization"] = r =>
        {
            var c = new OperatorCase("BatchNormalization", r);
            var channels = c.Next(1, 4);
            long[] shape = [c.Next(1, 3), channels, .. Shape(c, c.Next(1, 3))];
            return c.Input(c.Next(0, 3) == 0 ? shape[..2] : shape).Weights(0.5, 2, channels).Weights(-1, 1, channels).Weights(-1, 1, channels).Weights(0.1, 2, channels);
        };
        cases["InstanceNormalization"] = r =>
        {
            var c = new OperatorCase("InstanceNormalization", r);
            var channels = c.Next(1, 3);
            return c.Input([c.Next(1, 2), channels, c.Next(2, 4), c.Next(2, 4)]).Input([channels], 0.5, 2).Input([channels]);
        };
        cases["LayerNormalization"] = r =>
        {
            var c = new OperatorCase("LayerNormalization", r);
            long[] shape = [c.Next(1, 3), c.Next(2, 4), c.Next(4, 6)];
            var axis = c.Next(1, 2);
            c.Input(shape).Input(shape[axis..], 0.5, 2);
            if (c.Next(0, 1) == 0) c.Input(shape[axis..]);
            return c.With("axis", c.Next(0, 1) == 0 ? axis : axis - 3);
        };
        cases["LpNormalization"] = r =>
        {
            var c = new OperatorCase("LpNormalization", r);
            return c.Input([2, 3, 4], -2, 2, true, 0).With("axis", c.Next(-1, 2)).With("p", c.Next(1, 2));
        };
        cases["LRN"] = r =>
        {
            var c = new OperatorCase("LRN", r);
            return c.Input([c.Next(1, 2), c.Next(2, 7), c.Next(1, 3), c.Next(1, 3)], -3, 3)
                .With("size", c.Pick(1L, 3L, 5L)).With("alpha", c.Pick(1e-4f, 0.5f)).With("beta", c.Pick(0.75f, 0.5f, 1f, 0.6f)).With("bias", c.Pick(1f, 2f));
        };
        cases["Softmax"] = r => new OperatorCase("Softmax", r).Input([2, 3, 4]).With("axis", r.Next(-3, 3));
        cases["LogSoftmax"] = r => new OperatorCase("LogSoftmax", r).Input([2, 3, 4]).With("axis", r.Next(-3, 3));
    }

    private static void Matrices(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        cases["Gemm"] = r =>
        {
            var c = new OperatorCase("Gemm", r);
            long m = c.Next(1, 4), k = c.Next(1, 4), n = c.Next(1, 4), transA = c.Next(0, 1), transB = c.Next(0, 1);
            c.Input(transA == 1 ? [k, m] : [m, k]).Input(transB == 1 ? [n, k] : [k, n]);
            if (c.Next(0, 2) > 0) c.Input(c.Pick<long[]>([n], [m, n], [1, n], [m, 1], [1]));
            return c.With("transA", transA).With("transB", transB).With("alpha", c.Pick(1f, 0.5f)).With("beta", c.Pick(1f, 0.25f));
        };
        cases["MatMul"] = r =>
        {
            var c = new OperatorCase("MatMul", r);
            long m = c.Next(1, 4), k = c.Next(1, 4), n = c.Next(1, 4);
            return c.Next(0, 5) switch
            {
                0 => c.Input([k]).Input([k, n]),
                1 => c.Input([m, k]).Input([k]),
                2 => c.Input([2, m, k]).Input([k, n]),
                3 => c.Input([2, 1, m, k]).Input([3, k, n]),
                4 => c.Input([k]).Input([2, k, n]),
                _ => c.Input([m, k]).Input([k, n]),
            };
        };
    }

    private static void Reductions(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        foreach (var op in (string[])["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"])
            cases[op] = r =>
            {
                var c = new OperatorCase(op, r);
                var low = op == "ReduceLogSum" ? 0.2 : -2;
                c.Input([2, c.Next(1, 3), c.Next(2, 4)], low, 2, true, 0).With("keepdims", c.Next(0, 1));
                return c.Next(0, 4) switch { 0 => c, 1 => c.Ints(1), 2 => c.Ints(-1, 0), 3 => c.Ints(0, 1, 2), _ => c.Ints(2) };
            };
    }

    private static void Layout(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        cases["Reshape"] = r => new OperatorCase("Reshape", r) is var c ? c.Input([2, 3, 4]).Ints(c.Pick<long[]>([6, 4], [0, -1], [4, 3, 2], [-1])) : throw new InvalidOperationException();
        cases["Flatten"] = r => new OperatorCase("Flatten", r).Input([2, 3, 2, 2]).With("axis", r.Next(0, 5));
        cases["Squeeze"] = r => new OperatorCase("Squeeze", r).Input([2, 1, 3, 1]).Ints(r.Next(2) == 0 ? [1] : [1, -1]);
        cases["Unsqueeze"] = r => new OperatorCase("Unsqueeze", r).Input([2, 3]).Ints(r.Next(2) == 0 ? [1] : [0, -1]);
        cases["Transpose"] = r => new OperatorCase("Transpose", r) is var c && c.Input([2, 3, 4]) is var _ && c.Next(0, 2) == 0 ? c : c.With("perm", c.Pick<long[]>([0, 2, 1], [2, 0, 1]));
        cases["Concat"] = r =>
        {
            var c = new OperatorCase("Concat", r);
            var axis = c.Next(0, 2);
            for (var index = c.Next(1, 3); index > 0; index--)
            {
                long[] shape = [2, 3, 2];
                shape[axis] = c.Next(1, 3);
                c.Input(shape);
            }
            return c.With("axis", c.Next(0, 1) == 0 ? axis : axis - 3);
        };
        cases["Split"] = r =>
        {
            var c = new OperatorCase("Split", r);
            c.Input([2, 5, 2]).Ints(1, 3, 1).With("axis", 1);
            return c.Next(0, 1) == 0 ? c.Outputs("y", "z", "w") : c.Outputs("v", "y", "w");
        };
        cases["Slice"] = r =>
        {
            var c = new OperatorCase("Slice", r);
            c.Input([3, 5, 6]);
            return c.Next(0, 4) switch
            {
                0 => c.Ints(1, 2).Ints(3, 6).Ints(1, 2),
                1 => c.Ints(-3).Ints(long.MaxValue).Ints(2),
                2 => c.Ints(0, 1).Ints(5, 6).Ints(1, 2).Ints(2, 3),
                3 => c.Ints(-1).Ints(long.MinValue).Ints(1).Ints(-2),
                _ => c.Ints(1, 0, 2).Ints(2, 100, 5),
            };
        };
        cases["Gather"] = r =>
        {
            var c = new OperatorCase("Gather", r);
            return c.Input([4, 3, 2]).Constant(Tensor.Of<long>([0, 2, -1, 2], 2, 2)).With("axis", c.Pick(0L, -3L));
        };
        cases["GatherElements"] = r => new OperatorCase("GatherElements", r).Input([3, 3]).Constant(Tensor.Of<long>([0, 2, 0, 1, 1, 2], 2, 3)).With("axis", 0);
        cases["GatherND"] = r => new OperatorCase("GatherND", r).Input([3, 3, 2]).Constant(Tensor.Of<long>([0, 2, 1, 1, 0, 2], 3, 2));
        cases["Expand"] = r => new OperatorCase("Expand", r).Input([3, 1]).Ints(2, 3, 4);
        cases["Tile"] = r => new OperatorCase("Tile", r).Input([2, 3]).Ints(3, 2);
        cases["DepthToSpace"] = r => new OperatorCase("DepthToSpace", r).Input([2, 8, 2, 3]).With("blocksize", 2).With("mode", r.Next(2) == 0 ? "DCR" : "CRD");
        cases["SpaceToDepth"] = r => new OperatorCase("SpaceToDepth", r).Input([2, 2, 4, 6]).With("blocksize", 2);
        cases["Pad"] = r =>
        {
            var c = new OperatorCase("Pad", r);
            var mode = c.Pick("constant", "reflect", "edge");
            c.Input([2, 2, 4, 5]).With("mode", mode);
            if (mode == "constant" && c.Next(0, 1) == 0) return c.Ints(0, 0, -1, 1, 1, 0, 2, -1);
            if (c.Next(0, 1) == 0) return c.Ints(0, 0, c.Next(0, 3), 2, 0, 0, 1, c.Next(0, 3));
            return c.Ints(1, 3, 0, 2).Skip().Ints(2, -1);
        };
        cases["Resize"] = r =>
        {
            var c = new OperatorCase("Resize", r);
            // long lines take the band of the matrix where short ones take all of it
            var isLong = c.Next(0, 3) == 0;
            c.Input(isLong ? [1, 1, 2, 170] : [2, 2, 4, 5]).Skip();
            if (isLong && c.Next(0, 1) == 0) c.Skip().Ints(1, 1, c.Next(1, 4), c.Next(430, 470));
            else if (isLong) c.Constant(Tensor.Of(c.Pick<float[]>([1, 1, 1.5f, 2.5f], [1, 1, 1, 3], [1, 1, 2, 2.7f]), 4));
            else if (c.Next(0, 1) == 0) c.Constant(Tensor.Of(c.Pick<float[]>([1, 1, 2, 2], [1, 1, 3, 2], [1, 1, 0.5f, 2], [1, 1, 1.5f, 1]), 4));
            else c.Skip().Ints(2, 2, c.Next(2, 9), c.Next(2, 9));
            var mode = c.Pick("nearest", "linear", "cubic");
            c.With("mode", mode).With("coordinate_transformation_mode", c.Pick("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"));
            return mode == "nearest" ? c.With("nearest_mode", c.Pick("floor", "round_prefer_floor", "round_prefer_ceil", "ceil")) : c;
        };
    }
}
