using CsCheck;
using Reverie.Explain;
using Reverie.Onnx;

namespace Reverie.Tests.Explain;

/// <summary>What holds for methods that change features, on small functions whose values are known.</summary>
public sealed class PerturbationTests
{
    private static readonly Gen<double[]> Weights = Gen.Double[-2, 2].Array[4, 7];

    [Fact]
    public void Shapley_values_are_the_mean_over_all_orders() => Gen.Select(Weights, Gen.Int[0, 1000]).Sample((weights, seed) =>
    {
        using var subject = Interacting(weights);
        var x = Point(weights.Length, seed);
        var exact = new ShapleySampling { ExactUpTo = 10 }.Attribute(Context(subject, x));
        var expected = new double[weights.Length];
        var orders = 0;
        foreach (var order in Orders(weights.Length))
        {
            var kept = new double[weights.Length];
            var before = Score(subject, kept);
            foreach (var player in order)
            {
                kept[player] = x[player];
                var after = Score(subject, kept);
                expected[player] += after - before;
                before = after;
            }
            orders++;
            if (orders > 200) return;   // 6! and 7! orders cost too much here
        }
        for (var player = 0; player < expected.Length; player++) Assert.Equal(expected[player] / orders, exact.Maps[0].Values[player], 1e-9);
    }, iter: 8, threads: 1);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void Shapley_values_add_up_whatever_the_samples(int exactUpTo) => Gen.Select(Weights, Gen.Int[0, 1000], Gen.Int[1, 6]).Sample((weights, seed, samples) =>
    {
        using var subject = Interacting(weights);
        var raw = new ShapleySampling { ExactUpTo = exactUpTo, Samples = samples, Seed = (ulong)seed }.Attribute(Context(subject, Point(weights.Length, seed)));
        Assert.Equal(0, raw.Balance!.Deltas[0], 1e-9);
    }, iter: 10, threads: 1);

    [Fact]
    public void Sampled_orders_come_near_the_exact_values()
    {
        double[] weights = [1, -2, 0.5, 1.5, -1, 2];
        using var subject = Interacting(weights);
        var context = Context(subject, Point(6, 1));
        var (exact, sampled) = (new ShapleySampling().Attribute(context), new ShapleySampling { ExactUpTo = 0, Samples = 2000 }.Attribute(context));
        Assert.All(exact.Maps[0].Values.Zip(sampled.Maps[0].Values), pair => Assert.Equal(pair.First, pair.Second, 0.5));
    }

    [Fact]
    public void KernelShap_with_all_coalitions_gives_the_Shapley_values() => Gen.Select(Weights, Gen.Int[0, 1000]).Sample((weights, seed) =>
    {
        using var subject = Interacting(weights);
        var context = Context(subject, Point(weights.Length, seed));
        var (shapley, kernel) = (new ShapleySampling().Attribute(context), new KernelShap { Samples = 200 }.Attribute(context));
        Assert.All(shapley.Maps[0].Values.Zip(kernel.Maps[0].Values), pair => Assert.Equal(pair.First, pair.Second, 1e-7));
        Assert.Equal(0, kernel.Balance!.Deltas[0], 1e-9);
    }, iter: 10, threads: 1);

    [Fact]
    public void KernelShap_sampled_is_exact_for_additive_functions_and_always_adds_up()
    {
        double[] weights = [.. Enumerable.Range(0, 14).Select(index => Math.Sin(index))];
        using var subject = Additive(weights);
        var x = Point(14, 3);
        var raw = new KernelShap { Samples = 200, Seed = 5 }.Attribute(Context(subject, x));
        for (var index = 0; index < x.Length; index++) Assert.Equal(weights[index] * x[index], raw.Maps[0].Values[index], 1e-6);
        Assert.Equal(0, raw.Balance!.Deltas[0], 1e-9);
    }

    [Fact]
    public void Lime_finds_the_effects_of_an_additive_function_and_says_how_well_it_fits()
    {
        double[] weights = [3, -1, 0, 2];
        using var subject = Additive(weights);
        var raw = new Lime { Alpha = 0, Samples = 64 }.Attribute(Context(subject, [1, 2, 3, 4]));
        Assert.All(raw.Maps[0].Values.Zip([3.0, -2, 0, 8]), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
        Assert.Contains("100", Assert.Single(raw.Notes, note => note.Contains("R^2", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Lime_does_not_lose_small_effects()
    {
        // Captum's default shrinks effects of the size of probabilities to zero (captum#679)
        double[] weights = [3e-4, -1e-4, 0, 2e-4];
        using var subject = Additive(weights);
        var raw = new Lime { Fit = LimeFit.Lasso, Alpha = 0.01 }.Attribute(Context(subject, [1, 2, 3, 4]));
        Assert.All(raw.Maps[0].Values.Zip([3e-4, -2e-4, 0, 8e-4]), pair => Assert.Equal(pair.Second, pair.First, 3e-5));
    }

    [Fact]
    public void A_constant_function_has_no_effects()
    {
        using var subject = Additive([0, 0, 0]);
        foreach (var method in new AttributionMethod[] { new Lime(), new KernelShap(), new ShapleySampling(), new FeatureAblation(), new Occlusion { Windows = [[1]] } })
            Assert.Equal([0, 0, 0], method.Attribute(Context(subject, [1, 2, 3])).Maps[0].Values);
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(5, 3)]
    [InlineData(4, 2)]
    [InlineData(7, 7)]
    [InlineData(20, 3)]
    public void Centred_occlusion_of_a_mirrored_picture_is_mirrored(int window, int stride)
    {
        var planes = new double[3 * 16 * 16];
        for (var at = 0; at < planes.Length; at++) planes[at] = Math.Sin(at * 0.37);
        double[] mirrored = [.. Enumerable.Range(0, planes.Length).Select(at => planes[at / 16 * 16 + 15 - at % 16])];
        // the mean of all pixels, which knows no left and right
        using var subject = Additive([.. Enumerable.Repeat(1.0, planes.Length)], 3, 16, 16);
        var method = new Occlusion { Window = window, Stride = stride };
        var (one, other) = (method.Attribute(Context(subject, planes, 3, 16, 16)).Maps[0].Values, method.Attribute(Context(subject, mirrored, 3, 16, 16)).Maps[0].Values);
        for (var at = 0; at < one.Length; at++) Assert.Equal(one[at / 16 * 16 + 15 - at % 16], other[at], 1e-9);
        Assert.DoesNotContain(one, value => value == 0);
    }

    [Fact]
    public void Rise_finds_the_one_pixel_that_counts()
    {
        var weights = new double[3 * 24 * 24];
        weights[10 * 24 + 7] = 1;
        using var subject = Additive(weights, 3, 24, 24);
        var map = new Rise { Masks = 3000 }.Attribute(Context(subject, [.. Enumerable.Repeat(1.0, weights.Length)], 3, 24, 24)).Maps[0].Values;
        var best = Enumerable.Range(0, 24 * 24).MaxBy(at => map[at] + map[at + 576] + map[at + 1152]);
        Assert.InRange(best / 24, 8, 12);
        Assert.InRange(best % 24, 5, 9);
    }

    [Fact]
    public void Batches_give_what_their_items_give()
    {
        double[] weights = [1, -2, 0.5, 1.5];
        using var subject = Interacting(weights);
        double[] two = [.. Point(4, 1), .. Point(4, 2)];
        foreach (var method in new AttributionMethod[] { new Lime(), new KernelShap(), new ShapleySampling(), new FeatureAblation(), new Occlusion { Windows = [[2]] } })
        {
            var batch = method.Attribute(Context(subject, two)).Maps[0];
            for (var item = 0; item < 2; item++)
                Assert.All(method.Attribute(Context(subject, two[(4 * item)..(4 * item + 4)])).Maps[0].Values.Zip(batch.Item(item).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }
    }

    private static AttributionContext Context(Subject subject, double[] values, params long[] shape)
    {
        var item = shape.Length > 0 ? shape : [subject.Graph.Inputs[0].Type.Shape![1].Value!.Value];
        return new() { Subject = subject, Inputs = [Signal.Of(values, [values.Length / item.Aggregate(1L, (product, size) => product * size), .. item])] };
    }

    private static double Score(Subject subject, double[] values) => subject.Scores([Signal.Of(values, 1, values.Length)])[0];

    private static double[] Point(int length, int seed) => [.. Enumerable.Range(0, length).Select(index => Math.Cos(seed * 7.3 + index * 1.7) * 2)];

    private static IEnumerable<int[]> Orders(int n)
    {
        if (n == 0) return [[]];
        return Orders(n - 1).SelectMany(order => Enumerable.Range(0, n).Select(place => (int[])[.. order[..place], n - 1, .. order[place..]]));
    }

    // sum of w x
    private static Subject Additive(double[] weights, params long[] shape)
    {
        long[] item = shape.Length > 0 ? shape : [weights.Length];
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), .. item.Select(size => (Dim)size)])));
        graph.Constants["w"] = Tensor.Of<float>(Array.ConvertAll(weights, weight => (float)weight), weights.Length, 1);
        var flatten = new Node("Flatten", ["x"], ["flat"]);
        graph.Nodes.AddRange([flatten, new("MatMul", ["flat", "w"], ["y"])]);
        return Of(graph);
    }

    // relu(w x) x reversed: every pair interacts
    private static Subject Interacting(double[] weights)
    {
        var graph = new Graph();
        graph.Inputs.Add(new("x", new(ElementType.Float, [Dim.Symbol("N"), weights.Length])));
        graph.Constants["w"] = Tensor.Of<float>(Array.ConvertAll(weights, weight => (float)weight), weights.Length, 1);
        graph.Constants["v"] = Tensor.Of<float>(Array.ConvertAll(weights, weight => (float)(weight * weight - 1)), weights.Length, 1);
        graph.Nodes.AddRange([new("MatMul", ["x", "w"], ["a"]), new("Relu", ["a"], ["b"]), new("MatMul", ["x", "v"], ["c"]), new("Mul", ["b", "c"], ["y"])]);
        return Of(graph);
    }

    private static Subject Of(Graph graph)
    {
        graph.Outputs.Add(new("y", new(ElementType.Float, null)));
        return new(TargetFunction.Element(graph, "y", 0), Precision.Float64);
    }
}
