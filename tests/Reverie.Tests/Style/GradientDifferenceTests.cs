using Reverie.Autodiff.Float64;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Style;
using Reverie.Tests.Onnx.Upgrade;

namespace Reverie.Tests.Style;

/// <summary>The gradients of the terms against central differences in float64, over whole pictures and over regions.</summary>
public class GradientDifferenceTests
{
    private const int Height = 24, Width = 20, Directions = 4;
    private const double Step = 1e-6;
    private static readonly string[] Layers = ["relu1_1", "relu2_1"];

    [Theory]
    [InlineData(StyleTermKind.Gram, 0)]
    [InlineData(StyleTermKind.Gram, 3)]
    [InlineData(StyleTermKind.Mean, 0)]
    [InlineData(StyleTermKind.Mean, 3)]
    [InlineData(StyleTermKind.Deviation, 0)]
    [InlineData(StyleTermKind.Deviation, 3)]
    public void The_gradient_of_a_statistic_is_that_of_its_value(StyleTermKind kind, int regions) => Compare(Network.Embedded, kind, Layers, regions, 1e-6);

    /// <summary>Few channels, none of them silent: there the root of their covariance has converged.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void The_gradient_of_the_wasserstein_distance_is_that_of_its_value(int regions)
    {
        using var folder = new TempFolder();
        var model = new TestModel(18);
        model.Node("Conv", [model.Input("image", 1, 3, 32, 32), model.Weights("w", 4, 3, 3, 3)], ["c"], ("pads", new long[] { 1, 1, 1, 1 })).Node("Tanh", ["c"], ["t"]).Gives("t");
        File.WriteAllBytes(folder["net.onnx"], model.Model.ToBytes());
        using var network = Network.Load(folder["net.onnx"]);
        Compare(network, StyleTermKind.Wasserstein, ["t"], regions, 1e-6);
    }

    private static void Compare(Network network, StyleTermKind kind, string[] layers, int regions, double tolerance)
    {
        using var objective = new Objective([.. layers.Select(layer => new StyleTerm(kind, layer))], regions, network: network);
        var x = Noise(1, 1);
        var weights = Enumerable.Repeat(1.0, layers.Length).ToArray();
        var gradient = objective.Gradient(x, weights);
        var length = Math.Sqrt(gradient.Sum(value => value * value));
        Assert.True(length > 1e-6);
        for (var direction = 0; direction < Directions; direction++)
        {
            var d = Noise(10 + (ulong)direction, 1);
            double At(double step) => objective.Values(x.Zip(d, (value, move) => value + step * move).ToArray(), weights).Sum();
            var difference = (At(Step) - At(-Step)) / (2 * Step);
            var error = Math.Abs(difference - gradient.Zip(d, (slope, move) => slope * move).Sum()) / length;
            Assert.True(error < tolerance, $"{kind}, {regions} regions, direction {direction}: {error:E1}");
        }
    }

    [Fact]
    public void A_place_outside_of_every_region_gets_no_gradient()
    {
        // the weights of the first layer's upper rows are 0 in both regions; a 3x3 convolution sees one row further
        const int silent = 10;
        using var objective = new Objective([new(StyleTermKind.Gram, Layers[0]), new(StyleTermKind.Deviation, Layers[0])], 2, silent);
        var gradient = objective.Gradient(Noise(1, 1), [1, 1]);
        for (var channel = 0; channel < 3; channel++)
            for (var y = 0; y < Height; y++)
            {
                var row = gradient.AsSpan((channel * Height + y) * Width, Width).ToArray();
                Assert.Equal(y < silent - 1, row.All(value => value == 0));
            }
    }

    /// <summary>neural-style-pt's normalised gradients multiply by the square of the strength.</summary>
    [Fact]
    public void A_weight_scales_its_gradient_once()
    {
        using var objective = new Objective([new(StyleTermKind.Gram, Layers[0]), new(StyleTermKind.Mean, Layers[1])], 0);
        var x = Noise(1, 1);
        var (first, second, both) = (objective.Gradient(x, [1, 0]), objective.Gradient(x, [0, 1]), objective.Gradient(x, [5, 100]));
        var scale = both.Max(Math.Abs);
        for (var index = 0; index < both.Length; index++) Assert.Equal(5 * first[index] + 100 * second[index], both[index], 1e-12 * scale);
    }

    /// <summary>A sum over pixels makes total variation four times as strong at twice the size, while the other terms are means.</summary>
    [Fact]
    public void Total_variation_means_the_same_at_every_size()
    {
        var small = Noise(1, 1);
        var mirrored = new double[4 * small.Length];
        for (var channel = 0; channel < 3; channel++)
            for (var y = 0; y < 2 * Height; y++)
                for (var column = 0; column < 2 * Width; column++)
                    mirrored[(channel * 2 * Height + y) * 2 * Width + column] = small[(channel * Height + Math.Min(y, 2 * Height - 1 - y)) * Width + Math.Min(column, 2 * Width - 1 - column)];
        using var ours = new Objective([new(StyleTermKind.Variation)], 0);
        using var peers = new Objective([new(StyleTermKind.AbsoluteVariation)], 0);
        Assert.Equal(1, ours.Values(mirrored, [1], 2)[0] / ours.Values(small, [1])[0], 1e-12);
        Assert.Equal(4, peers.Values(mirrored, [1], 2)[0] / peers.Values(small, [1])[0], 1e-12);
    }

    private static double[] Noise(ulong seed, float deviation)
    {
        var values = new float[3 * Height * Width];
        new CounterRandom(seed, 0).FillNormal(values, 0, deviation);
        return Array.ConvertAll(values, value => (double)value);
    }

    /// <summary>Terms on a network, with another picture's statistics as targets, in float64.</summary>
    private sealed class Objective : IDisposable
    {
        private readonly Dictionary<string, RuntimeTensor> _inputs = [];
        private readonly CompiledGraph _graph;
        private readonly string _gradient;
        private readonly int _terms;

        private readonly string _input;

        public Objective(IReadOnlyList<StyleTerm> terms, int regions, int silentRows = 0, Network? network = null)
        {
            network ??= Network.Embedded;
            _input = network.Input;
            _terms = terms.Count;
            var built = StyleGraph.Build(network, network.Graph, terms, regions);
            (_gradient, _graph) = (built.Gradient, CompiledGraph.Compile(Float64Lowering.Lower(built.Graph)));
            var layers = terms.Select(term => term.Layer).Where(layer => layer.Length > 0).Distinct().ToList();
            if (layers.Count == 0) return;
            if (regions > 0) _inputs[StyleGraph.Shares] = RuntimeTensor.Of(Enumerable.Range(1, regions).Select(region => 2.0 * region / regions / (regions + 1)).ToArray(), regions);
            using var measuring = CompiledGraph.Compile(Float64Lowering.Lower(TargetGraph.Build(network.Graph, layers, [])));
            var picture = new Dictionary<string, RuntimeTensor> { [network.Input] = RuntimeTensor.Of(Noise(2, 0.7f), 1, 3, Height, Width) };
            using (var plain = measuring.Run(picture))
                foreach (var layer in layers.Where(_ => regions > 0))
                    _inputs[StyleGraph.Mask(layer)] = Mask(regions, (int)plain[layer].Shape[2], (int)plain[layer].Shape[3], silentRows);
            foreach (var layer in layers.Where(_ => regions > 0)) picture[StyleGraph.Mask(layer)] = _inputs[StyleGraph.Mask(layer)];
            using var targets = CompiledGraph.Compile(Float64Lowering.Lower(TargetGraph.Build(network.Graph, [], layers, regions)));
            using var found = targets.Run(picture);
            foreach (var term in terms) AddTarget(term, found[TargetGraph.Second(term.Layer)], found[TargetGraph.Mean(term.Layer)], regions);
        }

        public double[] Values(double[] x, double[] weights, int times = 1) => Run(x, weights, StyleGraph.Values, times);

        public double[] Gradient(double[] x, double[] weights) => Run(x, weights, _gradient, 1);

        public void Dispose() => _graph.Dispose();

        private double[] Run(double[] x, double[] weights, string output, int times)
        {
            _inputs[_input] = RuntimeTensor.Of(x, 1, 3, times * Height, times * Width);
            _inputs[StyleGraph.Weights] = RuntimeTensor.Of(weights, _terms);
            using var results = _graph.Run(_inputs);
            return results[output].ToDoubles();
        }

        private void AddTarget(StyleTerm term, RuntimeTensor second, RuntimeTensor mean, int regions)
        {
            var (secondMoments, means, channels) = (second.ToDoubles(), mean.ToDoubles(), (int)mean.Shape[^2]);
            switch (term.Kind)
            {
                case StyleTermKind.Gram:
                    _inputs[StyleGraph.GramTarget(term.Layer, 0)] = RuntimeTensor.Of(secondMoments, second.Shape);
                    break;
                case StyleTermKind.Mean:
                    _inputs[StyleGraph.MeanTarget(term.Layer, 0)] = RuntimeTensor.Of(means, mean.Shape);
                    break;
                case StyleTermKind.Deviation:
                    var deviations = means.Select((value, index) => Math.Sqrt(Math.Max(secondMoments[index * channels + index % channels] - value * value, TermWriter.SmallestVariance)));
                    _inputs[StyleGraph.DeviationTarget(term.Layer, 0)] = RuntimeTensor.Of(deviations.ToArray(), mean.Shape);
                    break;
                default:
                    var covariance = secondMoments.Select((value, index) => value - means[index / channels] * means[index / channels / channels * channels + index % channels]).ToArray();
                    using (var rooting = CompiledGraph.Compile(Float64Lowering.Lower(TargetGraph.BuildRoot(channels, regions))))
                    using (var root = rooting.Run(new Dictionary<string, RuntimeTensor> { [TargetGraph.Matrix] = RuntimeTensor.Of(covariance, second.Shape) }))
                        _inputs[StyleGraph.RootTarget(term.Layer, 0)] = RuntimeTensor.Of(root[TargetGraph.Root].ToDoubles(), second.Shape);
                    _inputs[StyleGraph.MeanTarget(term.Layer, 0)] = RuntimeTensor.Of(means, mean.Shape);
                    break;
            }
        }

        // soft regions, each's weights adding up to 1
        private static RuntimeTensor Mask(int regions, int rows, int columns, int silentRows)
        {
            var weights = new float[regions * rows * columns];
            new CounterRandom(5, 0).FillNormal(weights, 1, 0.3f);
            for (var region = 0; region < regions; region++)
            {
                var places = weights.AsSpan(region * rows * columns, rows * columns);
                places[..(silentRows * columns)].Clear();
                StyleRegions.Normalize(places);
            }
            return RuntimeTensor.Of(Array.ConvertAll(weights, weight => (double)weight), regions, 1, rows * columns);
        }
    }
}
