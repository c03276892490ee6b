using Reverie.Autodiff;
using Reverie.Explain;
using Reverie.Onnx;

namespace Reverie.Axioms;

/// <summary>
/// The counterexamples of Sundararajan et al. 2017, and those that the lab adds, as tiny networks that the methods really run on, beside the numbers that follow by hand.
/// Where the numbers deviate from the paper, the figure says so.
/// </summary>
public static class TeachingFigures
{
    // a multiple of 2, 3, 5 and 11: every kink on a path of these figures lies between two steps, so that midpoints are exact
    private static readonly IntegratedGradients Integrated = new() { Steps = 330 };
    private static readonly Gradient Slope = new() { Absolute = false };
    private static readonly Lrp Epsilon = new() { Composite = LrpComposite.Epsilon, Epsilon = 1e-12, RelativeEpsilon = false };
    private static readonly Lrp Gamma = Epsilon with { Rules = new Dictionary<string, LrpRule> { ["*"] = LrpRule.OfGamma(0.25) } };
    private static readonly Lrp Positive = Epsilon with { Rules = new Dictionary<string, LrpRule> { ["*"] = LrpRule.AlphaBeta(1) } };
    private static readonly DeepLift Reveal = new() { Rule = DeepLiftRule.RevealCancel };

    /// <summary>All figures, computed.</summary>
    public static IReadOnlyList<TeachingFigure> All() => [Saturation(), Figure7(), Silence(), Paths(), Games(), Pools(), TiesAt(), Ghost(), Nothing()];

    private static Value Relu(Value value) => value.Apply("Relu");

    private static Value F(Value[] x) => Relu(Relu(x[0]) - Relu(x[1]) - 1.0);

    private static Value G(Value[] x) => Relu(Relu(x[0] - 1.0) - Relu(x[1]));

    private static Value Dense(Value x, float[] weights, long[] shape, float[] bias) =>
        x.Emitter.Op("Gemm", x, x.Emitter.Constant("w", Tensor.Of<float>(weights, shape)), x.Emitter.Constant("b", Tensor.Of<float>(bias, bias.Length)));

    private static TeachingFigure Saturation()
    {
        using var f = TinyNetwork.Of(1, x => 1 - Relu(1 - x[0]));
        TeachingRow Row(string name, AttributionMethod method, double derived) => new(name, "", f.Attribute(method, [2], [0]), [derived]);
        return new("T1", "Gradients break sensitivity", Axiom.Sensitivity, "f(x) = 1 - ReLU(1 - x)", "x = 2, baseline 0: f goes from 0 to 1",
            [
                "at x = 2 the ReLU's input is 1 - 2 = -1 < 0: it is off, and df/dx = 0",
                "all that multiplies slopes at x gives 0: gradient, input x gradient, guided backprop, deconvnet",
                "LRP epsilon: f = 1 + (-ReLU) = 1 + 0; the bias takes the whole 1, x gets 0",
                "integrated gradients: df/dx = 1 until x reaches 1, half of the way from 0 to 2, then 0: 2 * 1/2 = 1",
                "DeepLIFT: the ReLU goes from 1 to 0 while its input goes from 1 to -1: slope 1/2; x gets 2 * 1/2 = 1",
            ],
            [
                Row("Gradient", Slope, 0), Row("Input x gradient", new InputXGradient(), 0), Row("Guided backpropagation", new GuidedBackprop(), 0), Row("Deconvnet", new Deconvnet(), 0), Row("LRP epsilon", Epsilon, 0),
                Row("Integrated gradients", Integrated, 1), Row("DeepLIFT", new DeepLift(), 1), Row("Occlusion", new Occlusion(), 1), Row("Shapley values", new ShapleySampling(), 1),
            ],
            "f changes, and x is all there is: yet five methods give it nothing. (The paper says that LRP, like DeepLIFT, handles this by a baseline; LRP as it is used has none.)");
    }

    private static TeachingFigure Figure7()
    {
        double[] x = [3, 1], b = [0, 0];
        using var f = TinyNetwork.Of(2, F);
        using var g = TinyNetwork.Of(2, G);
        // the rules that look at weights need layers
        using var fDense = TinyNetwork.Joined([2], input => Relu(Dense(Relu(input), [1, -1], [2, 1], [-1])));
        using var gDense = TinyNetwork.Joined([2], input => Relu(Dense(Relu(Dense(input, [1, 0, 0, 1], [2, 2], [-1, 0])), [1, -1], [2, 1], [0])));
        var rows = new List<TeachingRow>();
        Add("Gradient", Slope, [1, -1], [1, -1]);
        Add("Input x gradient", new InputXGradient(), [3, -1], [3, -1]);
        Add("Integrated gradients", Integrated, [1.5, -0.5], [1.5, -0.5]);
        Add("DeepLIFT Rescale", new DeepLift(), [1.5, -0.5], [2, -1]);
        Add("DeepLIFT RevealCancel", Reveal, [1.5, -0.5], [1.5, -0.5]);
        Add("LRP, bias left out", Epsilon with { IgnoreBias = true }, [1.5, -0.5], [2, -1]);
        Add("LRP epsilon", Epsilon, [3, -1], [3, -1]);
        AddDense("LRP gamma 1/4", Gamma, [15.0 / 7, -4.0 / 7], [25.0 / 11, -2.0 / 3]);
        AddDense("LRP gamma 1/4, bias left out", Gamma with { IgnoreBias = true }, [15.0 / 11, -4.0 / 11], [5.0 / 3, -2.0 / 3]);
        AddDense("LRP alpha1-beta0", Positive, [1, 0], [1, 0]);
        AddDense("LRP alpha1-beta0, bias left out", Positive with { IgnoreBias = true }, [1, 0], [1, 0]);
        Add("Guided backpropagation", new GuidedBackprop(), [1, 0], [1, 0]);
        Add("Deconvnet", new Deconvnet(), [1, 0], [1, 0]);
        Add("Shapley values", new ShapleySampling(), [1.5, -0.5], [1.5, -0.5]);
        Add("Feature ablation", new FeatureAblation(), [1, -1], [1, -1]);
        return new("T2", "DeepLIFT and LRP break implementation invariance", Axiom.ImplementationInvariance,
            "F = ReLU(ReLU(x1) - 1 - ReLU(x2)),  G = ReLU(ReLU(x1 - 1) - ReLU(x2)): equal for all inputs", "x = (3, 1), baseline (0, 0): F = G = 1 (figure 7 of the paper)",
            [
                "integrated gradients, on both: along t (3, 1) the function is ReLU(2t - 1), with slope from t = 1/2 on: 3 * 1/2 and -1 * 1/2",
                "DeepLIFT on F: the outer ReLU goes 0 -> 1 while its input goes -1 -> 1: slope 1/2; (3, -1) * 1/2 = (1.5, -0.5)",
                "DeepLIFT on G: the inner ReLU goes 0 -> 2 while its input goes -1 -> 2: slope 2/3; the outer one 0 -> 1: slope 1; 3 * 2/3 = 2, and -1",
                "LRP without bias: F shares its 1 as 3/(3 - 1) and -1/(3 - 1); G as 2/(2 - 1) and -1/(2 - 1)",
                "LRP epsilon: the bias -1 keeps -1 of it, in F as in G: 3/1 and -1/1, which do not sum to 1",
                "LRP alpha1-beta0: the negative weight and the negative bias are left out: 3/3 (Captum leaves the bias in: 3/2 = 1.5)",
            ],
            rows, "DeepLIFT, LRP gamma and LRP without biases see how a function is written. The paper's LRP is the one that leaves biases out; the usual one, epsilon, is invariant here but not complete.");

        void Add(string name, AttributionMethod method, double[] ofF, double[] ofG)
        {
            rows.Add(new(name, "F", f.Attribute(method, x, b), ofF));
            rows.Add(new(name, "G", g.Attribute(method, x, b), ofG));
        }

        void AddDense(string name, AttributionMethod method, double[] ofF, double[] ofG)
        {
            rows.Add(new(name, "F", fDense.Attribute(method, x, b), ofF));
            rows.Add(new(name, "G", gDense.Attribute(method, x, b), ofG));
        }
    }

    private static TeachingFigure Silence()
    {
        using var f = TinyNetwork.Of(2, F);
        var rows = new List<TeachingRow>();
        foreach (var x2 in (double[])[0, 0.5, 1, 1.9, 2.5])
        {
            var at = FormattableString.Invariant($"x2 = {x2}");
            // df/dx1 is 1 where F is on and x1 > 0
            double[] rectified = [x2 < 2 ? 1 : 0, 0];
            double on = x2 <= 2 ? (2 - x2) / (3 - x2) : 0;
            rows.Add(new("Guided backpropagation", at, f.Attribute(new GuidedBackprop(), [3, x2], [0, 0]), rectified));
            rows.Add(new("Deconvnet", at, f.Attribute(new Deconvnet(), [3, x2], [0, 0]), [1, 0]));
            rows.Add(new("Integrated gradients", at, f.Attribute(Integrated, [3, x2], [0, 0]), [3 * on, -x2 * on]));
        }
        return new("T3", "Guided backprop and deconvnet miss what speaks against", Axiom.Sensitivity, "F = ReLU(ReLU(x1) - 1 - ReLU(x2))", "x1 = 3, x2 from 0 to 2.5, baseline 0: F = 2, 1.5, 1, 0.1, 0",
            [
                "F falls from 2 to 0 as x2 grows, so x2 matters",
                "the signal that comes back to ReLU(x2) is -1; both methods pass max(-1, 0) = 0: x2 gets nothing, ever",
                "integrated gradients: F's outer ReLU is on from t = 1/(3 - x2) on: x2 gets -x2 (2 - x2)/(3 - x2)",
            ],
            rows, "What argues against a class is invisible to both. (The paper's main text says that both pass a ReLU only if it is on at the input; deconvnet does not look at that: at x2 = 2.5 it still gives x1 a 1.)");
    }

    private static TeachingFigure Paths()
    {
        double[] x = [1, 1], b = [0, 0];
        using var product = TinyNetwork.Of(2, v => v[0] * v[1]);
        using var rectified = TinyNetwork.Of(2, v => Relu(v[0] + v[1] - 1.0));
        var golden = (Math.Sqrt(5) - 1) / 2;
        return new("T4", "Of all paths only the straight one is symmetric", Axiom.Symmetry, "x1 x2, and ReLU(x1 + x2 - 1): swapping x1 and x2 changes nothing", "x = (1, 1), baseline (0, 0)",
            [
                "straight, t (1, 1): both variables always have the same value, so the same slope: (1/2, 1/2)",
                "along (t, t^2): x1 x2 gives the integral of t^2 dt = 1/3 to x1 and of t * 2t dt = 2/3 to x2",
                "along (t, t^2) the ReLU is on where t + t^2 > 1, from t = phi = (sqrt 5 - 1)/2 = 0.618034 on: 1 - phi and 1 - phi^2",
                "first x1, then x2: nothing happens until x2 moves, and it gets everything: (0, 1)",
            ],
            [
                new("Straight path (IG)", "x1 x2", product.Attribute(Integrated, x, b), [0.5, 0.5]),
                new("Path (t, t^2)", "x1 x2", Curve(product), [1.0 / 3, 2.0 / 3]),
                new("Path along the axes", "x1 x2", Corner(product), [0, 1]),
                new("Straight path (IG)", "ReLU", rectified.Attribute(Integrated, x, b), [0.5, 0.5]),
                new("Path (t, t^2)", "ReLU", Curve(rectified), [1 - golden, 1 - golden * golden]),
                new("Path along the axes", "ReLU", Corner(rectified), [0, 1]),
            ],
            "Every path is complete (each row sums to 1), but only the straight one shares equally between equals.");

        static double[] Curve(TinyNetwork f) => f.Along(t => [t, t * t], t => [1, 2 * t]);

        static double[] Corner(TinyNetwork f) => f.Along(t => t < 0.5 ? [2 * t, 0] : [1, 2 * t - 1], t => t < 0.5 ? [2, 0] : [0, 2], 0.5);
    }

    private static TeachingFigure Games()
    {
        using var f = TinyNetwork.Of(2, v => v[0].Emitter.Op("Min", v[0], v[1]));
        return new("T5", "Two symmetric answers to one question", Axiom.Symmetry, "f = min(x1, x2)", "x = (1, 3), baseline (0, 0): f = 1",
            [
                "integrated gradients: along t (1, 3) the minimum is always x1, so x1 gets all of it: (1, 0)",
                "Shapley values: x1 first adds min(1, 0) = 0, then x2 adds 1; the other way round x1 adds 1; the mean is (1/2, 1/2)",
            ],
            [new("Integrated gradients", "", f.Attribute(Integrated, [1, 3], [0, 0]), [1, 0]), new("Shapley values", "", f.Attribute(new ShapleySampling(), [1, 3], [0, 0]), [0.5, 0.5])],
            "Both satisfy every axiom here: averages of paths qualify too (the paper's remark 5). The axioms leave room; among single paths only the straight one is symmetric.");
    }

    private static TeachingFigure Pools()
    {
        double[] x = [3, 1], b = [1, 2];
        using var pool = TinyNetwork.Joined([1, 2], Pooled);
        using var tree = TinyNetwork.Of(2, v => v[0] + Relu(v[1] - v[0]));
        return new("T6", "A max pool, written twice", Axiom.ImplementationInvariance, "MaxPool(x1, x2) = x1 + ReLU(x2 - x1)", "x = (3, 1), baseline (1, 2): the maximum goes from 2 to 3",
            [
                "integrated gradients: 1 + 2t and 2 - t meet at t = 1/3; x2 leads before, x1 after: (2 * 2/3, -1 * 1/3)",
                "DeepLIFT's rule for pools: the change of 1 goes to the winner: (1, 0)",
                "DeepLIFT on the tree: the ReLU goes 1 -> 0 while x2 - x1 goes 1 -> -2: slope 1/3; x1 gets 2 - 2/3, x2 gets -1/3",
            ],
            [
                new("Integrated gradients", "pool", pool.Attribute(Integrated, x, b), [4.0 / 3, -1.0 / 3]), new("Integrated gradients", "tree", tree.Attribute(Integrated, x, b), [4.0 / 3, -1.0 / 3]),
                new("DeepLIFT", "pool", pool.Attribute(new DeepLift(), x, b), [1, 0]), new("DeepLIFT", "tree", tree.Attribute(new DeepLift(), x, b), [4.0 / 3, -1.0 / 3]),
            ],
            "The same function, the same point, and DeepLIFT gives two answers.");
    }

    private static TeachingFigure TiesAt()
    {
        double[] x = [1, 1], b = [0, 0];
        using var first = TinyNetwork.Of(2, v => v[0] + Relu(v[1] - v[0]));
        using var second = TinyNetwork.Of(2, v => v[1] + Relu(v[0] - v[1]));
        using var pool = TinyNetwork.Joined([1, 2], Pooled);
        using var maximum = TinyNetwork.Of(2, v => v[0].Emitter.Op("Max", v[0], v[1]));
        return new("T7", "At ties even integrated gradients are undetermined", Axiom.ImplementationInvariance, "max(x1, x2), written in four ways", "x = (1, 1), baseline (0, 0): x1 = x2 all along the path",
            [
                "the maximum has no gradient where x1 = x2, and the whole straight path lies there",
                "x1 + ReLU(x2 - x1): the ReLU is at 0 and passes nothing: (1, 0)",
                "x2 + ReLU(x1 - x2): the other way round: (0, 1)",
                "MaxPool: the first of equals wins: (1, 0); Max: equals share: (1/2, 1/2)",
            ],
            [
                new("Integrated gradients", "x1 + ReLU(x2 - x1)", first.Attribute(Integrated, x, b), [1, 0]), new("Integrated gradients", "x2 + ReLU(x1 - x2)", second.Attribute(Integrated, x, b), [0, 1]),
                new("Integrated gradients", "MaxPool", pool.Attribute(Integrated, x, b), [1, 0]), new("Integrated gradients", "Max", maximum.Attribute(Integrated, x, b), [0.5, 0.5]),
            ],
            "The theorems ask for a path on which f is differentiable almost everywhere. Flat areas of pictures before a flat baseline are such ties: the lab counts them, and moves x a little.");
    }

    private static TeachingFigure Ghost()
    {
        double[] x = [1, 1], b = [0, 0];
        using var f = TinyNetwork.Of(2, v => v[0] + Relu(v[1] * 2) - Relu(v[1] * 2));
        TeachingRow Row(string name, AttributionMethod method, double ghost) => new(name, "", f.Attribute(method, x, b), [1, ghost]);
        return new("T8", "A variable that does nothing", Axiom.Dummy, "h(x, c) = x + ReLU(2c) - ReLU(2c)", "x = 1, c = 1, baseline 0",
            [
                "h does not depend on c: what the first ReLU adds, the second takes away",
                "gradient: 2 - 2 = 0; the same along any path, and in DeepLIFT",
                "guided backprop and deconvnet cut the -1 that comes back to the second ReLU to 0: 2 - 0 = 2",
            ],
            [Row("Gradient", Slope, 0), Row("Integrated gradients", Integrated, 0), Row("DeepLIFT", new DeepLift(), 0), Row("LRP epsilon", Epsilon, 0), Row("Guided backpropagation", new GuidedBackprop(), 2), Row("Deconvnet", new Deconvnet(), 2)],
            "Twice as much for a variable that does nothing as for the one that does everything.");
    }

    private static TeachingFigure Nothing()
    {
        double[] x = [3, 1], b = [0, 0];
        using var f = TinyNetwork.Of(2, v => F(v) - G(v));
        TeachingRow Row(string name, AttributionMethod method, double[] derived) => new(name, "", f.Attribute(method, x, b), derived);
        return new("T9", "Something for nothing", Axiom.Dummy, "F - G of T2: identically 0", "x = (3, 1), baseline (0, 0)",
            [
                "the function is 0 everywhere, so both variables are dummies",
                "DeepLIFT: (1.5, -0.5) of F less (2, -1) of G: (-0.5, 0.5), which sums to 0 as it must: complete, and wrong",
                "guided backprop and deconvnet: (1, 0) of F; the -1 that comes back to G is cut: (1, 0)",
            ],
            [Row("Gradient", Slope, [0, 0]), Row("Integrated gradients", Integrated, [0, 0]), Row("DeepLIFT", new DeepLift(), [-0.5, 0.5]), Row("Guided backpropagation", new GuidedBackprop(), [1, 0]), Row("Deconvnet", new Deconvnet(), [1, 0])],
            "Completeness alone does not save a method: DeepLIFT shares out a zero.");
    }

    private static Value Pooled(Value x) => x.Emitter.Op("MaxPool", [x], ("kernel_shape", new long[] { 2 }));
}
