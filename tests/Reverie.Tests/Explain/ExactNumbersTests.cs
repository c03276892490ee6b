using Reverie.Autodiff;
using Reverie.Explain;
using Reverie.Onnx;
using static Reverie.Tests.Explain.Formula;

namespace Reverie.Tests.Explain;

/// <summary>
/// Numbers that follow by hand from the definitions, on functions small enough: where methods differ, where they fail, and where other implementations are known to go wrong.
/// </summary>
public sealed class ExactNumbersTests
{
    private static readonly Lrp Epsilon = new() { Composite = LrpComposite.Epsilon, Epsilon = 1e-12, RelativeEpsilon = false };
    private static readonly IntegratedGradients Integrated = new() { Steps = 5000 };

    // F and G of Sundararajan et al. 2017, figure 7: equal everywhere, and written differently
    private static Subject F => Of(2, x => Relu(Relu(x[0]) - Relu(x[1]) - 1.0));

    private static Subject G => Of(2, x => Relu(Relu(x[0] - 1.0) - Relu(x[1])));

    private static double[] Rounded(double[] values) => [.. values.Select(value => Math.Round(value, 9) + 0.0)];

    [Fact]
    public void Sensitivity_on_a_saturated_function()
    {
        using var subject = Of(1, x => 1 - Relu(1 - x[0]));
        Assert.Equal([0], new Gradient().Explain(subject, [2]));
        Assert.Equal([0], new InputXGradient().Explain(subject, [2]));
        Assert.Equal([0], new GuidedBackprop().Explain(subject, [2]));
        Assert.Equal([0], new Deconvnet().Explain(subject, [2]));
        Assert.Equal([0], Epsilon.Explain(subject, [2]));
        Assert.Equal([1], Rounded(new DeepLift().Explain(subject, [2])));
        Assert.Equal(1, new IntegratedGradients { Tolerance = 1e-9 }.Explain(subject, [2])[0], 1e-9);
    }

    // the kink lies at 1/2 of the path
    [Theory]
    [InlineData(QuadratureRule.GaussLegendre, 50, 1.000000)]
    [InlineData(QuadratureRule.GaussLegendre, 51, 0.969501)]
    [InlineData(QuadratureRule.Right, 10, 0.8)]
    [InlineData(QuadratureRule.Right, 50, 0.96)]
    [InlineData(QuadratureRule.Left, 51, 1.019608)]
    [InlineData(QuadratureRule.Midpoint, 50, 1)]
    [InlineData(QuadratureRule.Midpoint, 51, 0.980392)]
    [InlineData(QuadratureRule.CaptumTrapezoid, 50, 0.98)]
    public void Quadratures_at_a_kink(QuadratureRule rule, int steps, double expected)
    {
        using var subject = Of(1, x => 1 - Relu(1 - x[0]));
        Assert.Equal(expected, new IntegratedGradients { Quadrature = rule, Steps = steps }.Explain(subject, [2])[0], 1e-6);
    }

    // Captum's sums to (n - 1) / n
    [Theory]
    [InlineData(2)]
    [InlineData(50)]
    [InlineData(500)]
    public void The_trapezoid_is_exact_on_a_line(int steps)
    {
        using var subject = Of(1, x => 3 * x[0]);
        Assert.Equal(3, new IntegratedGradients { Quadrature = QuadratureRule.Trapezoid, Steps = steps }.Explain(subject, [1])[0], 1e-12);
    }

    [Fact]
    public void Gauss_and_Legendres_nodes()
    {
        var rule = Quadrature.Of(QuadratureRule.GaussLegendre, 5);
        double[] nodes = [0.046910077, 0.230765345, 0.5, 0.769234655, 0.953089923], weights = [0.118463443, 0.239314335, 0.284444444, 0.239314335, 0.118463443];
        for (var k = 0; k < 5; k++)
        {
            Assert.Equal(nodes[k], rule.Nodes[k], 1e-9);
            Assert.Equal(weights[k], rule.Weights[k], 1e-9);
        }
        // exact for polynomials of degree 2n - 1, and for the largest n in use
        var large = Quadrature.Of(QuadratureRule.GaussLegendre, 1000);
        Assert.Equal(1, large.Weights.Sum(), 1e-12);
        Assert.Equal(0.1, large.Nodes.Zip(large.Weights, (x, w) => w * Math.Pow(x, 9)).Sum(), 1e-12);
    }

    [Fact]
    public void Implementation_invariance_on_figure_7()
    {
        double[] x = [3, 1];
        using var f = F;
        using var g = G;
        Assert.Equal([1, -1], new Gradient { Absolute = false }.Explain(f, x));
        Assert.Equal([1, -1], new Gradient { Absolute = false }.Explain(g, x));
        Assert.Equal([3, -1], new InputXGradient().Explain(f, x));
        Assert.Equal([1.5, -0.5], Integrated.Explain(f, x), Close(1e-3));
        Assert.Equal([1.5, -0.5], Integrated.Explain(g, x), Close(1e-3));
        Assert.Equal([1.5, -0.5], Rounded(new DeepLift().Explain(f, x)));
        Assert.Equal([2, -1], Rounded(new DeepLift().Explain(g, x)));
        var revealed = new DeepLift { Rule = DeepLiftRule.RevealCancel };
        Assert.Equal([1.5, -0.5], Rounded(revealed.Explain(f, x)));
        Assert.Equal([1.5, -0.5], Rounded(revealed.Explain(g, x)));
        var ignoring = Epsilon with { IgnoreBias = true };
        Assert.Equal([1.5, -0.5], ignoring.Explain(f, x), Close(1e-9));
        Assert.Equal([2, -1], ignoring.Explain(g, x), Close(1e-9));
        Assert.Equal([3, -1], Epsilon.Explain(f, x), Close(1e-9));
        Assert.Equal([3, -1], Epsilon.Explain(g, x), Close(1e-9));
        foreach (AttributionMethod method in (AttributionMethod[])[new GuidedBackprop(), new Deconvnet()])
        {
            Assert.Equal([1, 0], method.Explain(f, x));
            Assert.Equal([1, 0], method.Explain(g, x));
        }
    }

    // the rules that look at weights need layers: F and G as matrices
    [Fact]
    public void Relevance_on_figure_7_as_dense_layers()
    {
        static Value Dense(Value x, float[] weights, long[] shape, float[] bias) =>
            x.Emitter.Op("Gemm", x, x.Emitter.Constant("w", Tensor.Of<float>(weights, shape)), x.Emitter.Constant("b", Tensor.Of<float>(bias, bias.Length)));
        using var f = Over([[2]], x => Relu(Dense(Relu(x[0]), [1, -1], [2, 1], [-1])));
        using var g = Over([[2]], x => Relu(Dense(Relu(Dense(x[0], [1, 0, 0, 1], [2, 2], [-1, 0])), [1, -1], [2, 1], [0])));
        var gamma = Epsilon with { Rules = new Dictionary<string, LrpRule> { ["*"] = LrpRule.OfGamma(0.25) } };
        var positive = Epsilon with { Rules = new Dictionary<string, LrpRule> { ["*"] = LrpRule.AlphaBeta(1) } };
        Assert.Equal([15.0 / 7, -4.0 / 7], Found(gamma, f), Close(1e-9));
        Assert.Equal([25.0 / 11, -2.0 / 3], Found(gamma, g), Close(1e-9));
        Assert.Equal([15.0 / 11, -4.0 / 11], Found(gamma with { IgnoreBias = true }, f), Close(1e-9));
        Assert.Equal([5.0 / 3, -2.0 / 3], Found(gamma with { IgnoreBias = true }, g), Close(1e-9));
        Assert.Equal([1, 0], Found(positive with { IgnoreBias = true }, f), Close(1e-9));
        Assert.Equal([1, 0], Found(positive with { IgnoreBias = true }, g), Close(1e-9));
        // only negative biases here: in z- they take nothing from the positive part
        Assert.Equal([1, 0], Found(positive, f), Close(1e-9));

        static double[] Found(AttributionMethod method, Subject subject) =>
            method.Attribute(new() { Subject = subject, Inputs = [Signal.Of([3, 1], 1, 2)] }).Maps[0].Values;
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, -0.3)]
    [InlineData(1, -0.5)]
    [InlineData(1.9, -1.9 / 11)]
    [InlineData(2.5, 0)]
    public void Guided_backprop_and_deconvnet_lose_a_negative_signal(double x2, double integrated)
    {
        using var f = F;
        Assert.Equal(0, new GuidedBackprop().Explain(f, [3, x2])[1]);
        Assert.Equal(0, new Deconvnet().Explain(f, [3, x2])[1]);
        Assert.Equal(integrated, Integrated.Explain(f, [3, x2])[1], 5e-4);
    }

    [Fact]
    public void Symmetry_of_a_product_and_a_sum()
    {
        using var product = Of(2, x => x[0] * x[1]);
        using var sum = Of(2, x => Relu(x[0] + x[1] - 1.0));
        Assert.Equal([0.5, 0.5], Integrated.Explain(product, [1, 1]), Close(1e-9));
        Assert.Equal([0.5, 0.5], Integrated.Explain(sum, [1, 1]), Close(1e-3));
        Assert.Equal([0.5, 0.5], Rounded(new DeepLift().Explain(product, [1, 1])));
        Assert.Equal([0.5, 0.5], Rounded(new DeepLift().Explain(sum, [1, 1])));
    }

    [Fact]
    public void The_minimum_under_integrated_gradients()
    {
        using var subject = Of(2, x => x[0].Emitter.Op("Min", x[0], x[1]));
        Assert.Equal([1, 0], Integrated.Explain(subject, [1, 3]), Close(1e-9));
    }

    // max(a, b) as an operator, as a pool, and as a + ReLU(b - a); the last as VGG's pools are rewritten
    [Fact]
    public void A_maximum_and_its_rewrite()
    {
        using var direct = Of(2, x => x[0].Emitter.Op("Max", x[0], x[1]));
        using var pool = Pool([2], 2, 2);
        using var rewritten = Of(2, x => x[0] + Relu(x[1] - x[0]));
        double[] x = [3, 1], b = [1, 2];
        Assert.Equal([4.0 / 3, -1.0 / 3], Integrated.Explain(direct, x, b), Close(1e-3));
        Assert.Equal([4.0 / 3, -1.0 / 3], Integrated.Explain(rewritten, x, b), Close(1e-3));
        Assert.Equal([1, 0], Rounded(new DeepLift().Explain(direct, x, b)));
        Assert.Equal([1, 0], Rounded(OnRow(new DeepLift(), pool, x, b)));
        Assert.Equal([4.0 / 3, -1.0 / 3], new DeepLift().Explain(rewritten, x, b), Close(1e-9));
    }

    // Captum gives (2, 0): the pool's rule is lost where a pool follows a ReLU
    [Fact]
    public void DeepLift_of_a_relu_before_a_pool()
    {
        using var subject = Pool([2], 2, 2, Relu);
        Assert.Equal([1, 0], Rounded(OnRow(new DeepLift(), subject, [3, 1], [1, 2])));
    }

    // Captum gives 2: the hook overwrites the sum
    [Fact]
    public void DeepLift_where_a_tensor_is_used_twice()
    {
        using var subject = Of(1, x => Relu(x[0]) + x[0]);
        Assert.Equal([4], Rounded(new DeepLift().Explain(subject, [2])));
    }

    // Captum's sum is 10 of 19: overlapping windows that share a winner
    [Fact]
    public void DeepLift_of_overlapping_pools_adds_up()
    {
        using var subject = Pool([8], 4, 2);
        var found = OnRow(new DeepLift(), subject, [0, 0, 9, 0, 0, 0, 1, 0], new double[8]);
        Assert.Equal([0, 0, 18, 0, 0, 0, 1, 0], Rounded(found));
    }

    [Fact]
    public void A_variable_that_does_nothing()
    {
        using var nothing = Of(2, x => Relu(Relu(x[0]) - Relu(x[1]) - 1.0) - Relu(Relu(x[0] - 1.0) - Relu(x[1])));
        double[] x = [3, 1];
        Assert.Equal([0, 0], Rounded(Integrated.Explain(nothing, x)));
        // complete, and yet two dummies get something
        Assert.Equal([-0.5, 0.5], Rounded(new DeepLift().Explain(nothing, x)));
        Assert.Equal([1, 0], new GuidedBackprop().Explain(nothing, x));
        Assert.Equal([1, 0], new Deconvnet().Explain(nothing, x));
        using var ghost = Of(2, x => 2 * x[0] + (Relu(3 * x[1]) - Relu(3 * x[1])));
        Assert.Equal([2, 0], new Gradient().Explain(ghost, x));
        Assert.Equal([6, 0], Rounded(new DeepLift().Explain(ghost, x)));
        Assert.Equal(3, new GuidedBackprop().Explain(ghost, x)[1]);
        Assert.Equal(3, new Deconvnet().Explain(ghost, x)[1]);
    }

    // On a tie the axioms' conditions do not hold: the straight path itself runs along the kink, and what is found depends on how the maximum is written.
    [Fact]
    public void Ties_are_undetermined()
    {
        using var left = Of(2, x => x[0] + Relu(x[1] - x[0]));
        using var right = Of(2, x => x[1] + Relu(x[0] - x[1]));
        using var pool = Pool([2], 2, 2);
        using var operation = Of(2, x => x[0].Emitter.Op("Max", x[0], x[1]));
        double[] x = [1, 1];
        Assert.Equal([1, 0], Integrated.Explain(left, x), Close(1e-9));
        Assert.Equal([0, 1], Integrated.Explain(right, x), Close(1e-9));
        Assert.Equal([1, 0], OnRow(Integrated, pool, x, [0, 0]), Close(1e-9));
        Assert.Equal([0.5, 0.5], Integrated.Explain(operation, x), Close(1e-9));
    }

    private static Subject Pool(long[] row, long kernel, long stride, Func<Value, Value>? before = null) => Over([[1, .. row]], x =>
        x[0].Emitter.Op("MaxPool", [before?.Invoke(x[0]) ?? x[0]], ("kernel_shape", new[] { kernel }), ("strides", new[] { stride })));

    private static double[] OnRow(AttributionMethod method, Subject subject, double[] x, double[] b) => method.Attribute(new()
    {
        Subject = subject,
        Inputs = [Signal.Of(x, 1, 1, x.Length)],
        Baselines = [[Signal.Of(b, 1, 1, b.Length)]],
    }).Maps[0].Values;

    private static Func<double, double, bool> Close(double tolerance) => (one, other) => Math.Abs(one - other) <= tolerance;
}
