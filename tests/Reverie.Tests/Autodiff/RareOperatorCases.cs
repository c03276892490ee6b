using Reverie.Onnx;

namespace Reverie.Tests.Autodiff;

/// <summary>Random cases for operators that classifiers seldom have, and for weights and statistics that a network computes itself.</summary>
internal static class RareOperatorCases
{
    public static void AddTo(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        Functions(cases);
        Windows(cases);
        Selections(cases);
        Reductions(cases);
    }

    private static void Functions(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        Unary("Tan", -1.2, 1.2);
        Unary("Asin", -0.9, 0.9);
        Unary("Acos", -0.9, 0.9);
        Unary("Atan", -5, 5, 1, -1);
        Unary("Sinh", -2, 2);
        Unary("Cosh", -2, 2);
        Unary("Asinh", -5, 5);
        Unary("Acosh", 1.2, 4);
        Unary("Atanh", -0.9, 0.9);
        cases["Shrink"] = r => new OperatorCase("Shrink", r).Input([2, 3, 4], -2, 2, true, -0.7, 0.7).With("lambd", 0.7f).With("bias", r.Next(2) * 0.25f);
        cases["CastLike"] = r => new OperatorCase("CastLike", r).Input([2, 3]).Constant(Tensor.Of([1f]));
        cases["Mod"] = r =>
        {
            var c = new OperatorCase("Mod", r).With("fmod", 1);
            // x / m stays at least 0.2 away from whole numbers, where the function jumps
            var x = new Array64([.. Enumerable.Range(0, 6).Select(_ => (r.Next(2) * 2 - 1) * (1.75 * r.Next(0, 4) + 0.4 + r.NextDouble()))], [2, 3]);
            return c.Values(x).Values(new([1.75, 1.7500001, 1.7499999], [3]));
        };

        void Unary(string op, double low, double high, params double[] kinks) => cases[op] = r =>
        {
            var c = new OperatorCase(op, r);
            return c.Input([c.Next(1, 3), c.Next(1, 4), c.Next(1, 4)], low, high, true, kinks);
        };
    }

    private static void Windows(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        cases["LpPool"] = r =>
        {
            var c = new OperatorCase("LpPool", r);
            var kernel = new[] { (long)c.Next(1, 3), c.Next(1, 3) };
            var auto = c.Pick("NOTSET", "NOTSET", "SAME_UPPER", "VALID");
            if (auto == "NOTSET") c.With("pads", Enumerable.Range(0, 4).Select(index => (long)c.Next(0, (int)kernel[index % 2] - 1)).ToArray());
            else c.With("auto_pad", auto);
            return c.Input([c.Next(1, 2), c.Next(1, 3), c.Next(3, 6), c.Next(3, 6)], -2, 2, true, 0).With("kernel_shape", kernel)
                .With("strides", kernel.Select(size => (long)c.Next(1, (int)size)).ToArray()).With("p", c.Next(1, 4));
        };
        cases["GlobalLpPool"] = r => new OperatorCase("GlobalLpPool", r).Input([r.Next(1, 3), r.Next(1, 3), r.Next(1, 4), r.Next(1, 4)], -2, 2, true, 0).With("p", r.Next(1, 5));
        // weights, bias and statistics computed by the network
        var (conv, transposed, normalised) = (cases["Conv"], cases["ConvTranspose"], cases["BatchNormalization"]);
        cases["Conv"] = r => r.Next(2) == 0 ? conv(r) : Computed(conv(r));
        cases["ConvTranspose"] = r => r.Next(2) == 0 ? transposed(r) : Computed(transposed(r));
        cases["BatchNormalization"] = r => r.Next(2) == 0 ? normalised(r) : Computed(normalised(r));
        cases["MeanVarianceNormalization"] = r =>
        {
            var c = new OperatorCase("MeanVarianceNormalization", r).Input([2, r.Next(2, 4), r.Next(2, 4), 3]);
            return c.Next(0, 1) == 0 ? c : c.With("axes", c.Pick<long[]>([0, 2, 3], [1, 2, 3], [2, 3]));
        };
    }

    // Floating constants become inputs that are differentiated too; their shapes stay known.
    private static OperatorCase Computed(OperatorCase c)
    {
        foreach (var (name, tensor) in c.Constants.Where(pair => pair.Value.Type == ElementType.Float).ToList()) c.Free(name, tensor);
        return c;
    }

    private static void Selections(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        cases["TopK"] = r =>
        {
            var c = new OperatorCase("TopK", r);
            c.Input([3, 4, 5]).Ints(c.Next(1, 3)).With("axis", c.Pick(0L, 1L, -1L)).With("largest", c.Next(0, 1));
            return c.Outputs("y", "indices");
        };
        cases["Compress"] = r =>
        {
            var c = new OperatorCase("Compress", r).Input([3, 4]);
            return c.Next(0, 1) == 0 ? c.Constant(Tensor.Of<bool>([true, false, true, true], 4)).With("axis", 1) : c.Constant(Tensor.Of<bool>([false, true, false, true, true], 5));
        };
        cases["ScatterElements"] = r => new OperatorCase("ScatterElements", r) is var c && c.Next(0, 1) == 0
            ? c.Input([3, 4]).Constant(Tensor.Of<long>([2, 0, 1, -1], 2, 2)).Input([2, 2]).With("axis", 1)
            : c.Input([3, 4]).Constant(Tensor.Of<long>([2, 0, 1, 2], 2, 2)).Input([2, 2]).With("axis", 0).With("reduction", "add");
        cases["ScatterND"] = r => new OperatorCase("ScatterND", r) is var c && c.Next(0, 1) == 0
            ? c.Input([3, 4, 2]).Constant(Tensor.Of<long>([0, 1, 2, 3], 2, 2)).Input([2, 2])
            : c.Input([4, 2]).Constant(Tensor.Of<long>([3, 0, 3], 3, 1)).Input([3, 2]).With("reduction", "add");
        cases["Trilu"] = r =>
        {
            var c = new OperatorCase("Trilu", r).Input([2, r.Next(2, 4), r.Next(2, 5)]).With("upper", r.Next(2));
            return c.Next(0, 1) == 0 ? c : c.Constant(Tensor.Of([(long)c.Next(-2, 2)]));
        };
        cases["CumSum"] = r => new OperatorCase("CumSum", r).Input([2, 3, 4]).Constant(Tensor.Of([(long)r.Next(-3, 3)])).With("exclusive", r.Next(2)).With("reverse", r.Next(2));
    }

    private static void Reductions(Dictionary<string, Func<Random, OperatorCase>> cases)
    {
        cases["ReduceProd"] = r =>
        {
            var c = new OperatorCase("ReduceProd", r).Input([2, r.Next(1, 4), r.Next(2, 4)], -2, 2, true, 0).With("keepdims", r.Next(2));
            return c.Next(0, 2) switch { 0 => c, 1 => c.Ints(1), _ => c.Ints(-1, 0) };
        };
        cases["Einsum"] = r =>
        {
            var c = new OperatorCase("Einsum", r);
            var (equation, shapes) = c.Pick<(string, long[][])>(
                ("bij,bjk->bik", [[2, 3, 4], [2, 4, 2]]),
                ("bhid,bhjd->bhij", [[2, 2, 3, 4], [2, 2, 5, 4]]),
                ("nchw,c->nhw", [[2, 3, 2, 2], [3]]),
                ("...ij,jk->...ik", [[2, 3, 4], [4, 2]]),
                ("...ij,...jk", [[3, 2, 4], [3, 4, 2]]),
                ("ij,kj", [[2, 3], [4, 3]]),
                ("ij->j", [[2, 3]]),
                ("ijk->kji", [[2, 3, 4]]),
                ("i,j,k->ijk", [[2], [3], [2]]),
                ("ij,ij->", [[2, 3], [2, 3]]),
                ("bi,ij,bj->b", [[3, 2], [2, 4], [3, 4]]));
            foreach (var shape in shapes) c.Input(shape);
            return c.With("equation", equation);
        };
    }
}
