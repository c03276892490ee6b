using CsCheck;
using Reverie.Autodiff.Float64;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;
using Reverie.Style;
using Reverie.Style.Tiles;
using Reverie.Tests.References;
using Reverie.Tiling;

namespace Reverie.Tests.Style;

/// <summary>Style objectives tile by tile: as those of the whole picture.</summary>
public class TiledStyleTests
{
    private static readonly Network Net = Network.Embedded;
    private static readonly RuntimeOptions Plain = new() { OwnKernels = false };
    private static readonly string[] Layers = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu2_2", "relu3_2"];

    // The graphs themselves, in float64 throughout.
    [Fact]
    public void Values_and_gradients_in_tiles_are_those_of_the_whole_picture_in_float64() => Gen.ULong.Sample(seed =>
    {
        var random = new CounterRandom(seed);
        var (height, width, tile) = (random.Next(40, 110), random.Next(40, 110), random.Next(32, 64));
        var terms = Terms(random);
        var channels = terms.Select(term => term.Layer).Distinct().ToDictionary(layer => layer, layer => (int)Net.Graph.TypeOf(layer)!.Shape![1].Value!.Value, StringComparer.Ordinal);
        var tiled = TiledStyleGraph.Build(Net, Net.Graph, terms, 0);
        var plan = TilePlan.Create(tiled.Locality, height, width, tile, tile);
        var pixels = Numbers(random, 3 * height * width, 1);
        var weights = Numbers(random, terms.Count, 1).Select(Math.Abs).ToArray();
        var targets = new Dictionary<string, (double[] Values, long[] Shape)>();
        foreach (var term in terms)
            if (TargetOf(term, channels[term.Layer], plan, tiled.Locality) is var (name, shape) && !targets.ContainsKey(name)) targets[name] = (Numbers(random, (int)shape.Aggregate(1L, (a, b) => a * b), 0.5f), shape);

        using var whole = Double(StyleGraph.Build(Net, Net.Graph, terms).Graph);
        var inputs = targets.ToDictionary(target => target.Key, target => RuntimeTensor.Of(target.Value.Values, target.Value.Shape));
        inputs[Net.Input] = RuntimeTensor.Of(pixels, Net.Preprocessing.Shape(1, height, width));
        inputs[StyleGraph.Weights] = RuntimeTensor.Of(weights, weights.Length);
        using var expected = whole.Run(inputs);
        var gradient = whole.Outputs.Single(output => output != StyleGraph.Values);
        var (values, actual) = InTiles(tiled, plan, pixels, weights, targets);
        foreach (var (index, value) in expected[StyleGraph.Values].ToDoubles().Index()) Assert.Equal(value, values[index], Math.Abs(value) * 1e-10 + 1e-14);
        Assert.InRange(new Autodiff.Array64(actual, [actual.Length]).RelativeError(new(expected[gradient].ToDoubles(), [actual.Length])), 0, 1e-9);
    }, iter: 8, threads: 1);

    // The program's own way, in float32, on a network without kinks, in which no rounding can flip a mask.
    [Fact]
    public void Problems_in_tiles_are_those_of_the_whole_picture_on_a_smooth_twin() => Gen.ULong.Sample(seed =>
    {
        var random = new CounterRandom(seed);
        var content = StyleTransferTests.Picture(random.Next(48, 100), random.Next(48, 100), seed);
        var style = StyleTransferTests.Picture(random.Next(48, 100), random.Next(48, 100), seed + 1);
        var settings = new StyleTransfer
        {
            Form = (StyleForm)random.Next(0, 4),
            ContentLayers = [new("relu3_2")],
            StyleLayers = [.. Layers[..random.Next(2, 4)].Select(layer => new StyleLayer(layer, random.Next(1, 3)))],
        };
        if (settings.Form == StyleForm.Reverie) settings = settings with { Statistic = (StyleStatistic)random.Next(0, 4) };
        var regions = settings.Statistic != StyleStatistic.Nearest && random.Next(0, 1) == 1
            ? RegionMasks.Read(new() { Content = content, Styles = [style], ContentMask = Halves(content), StyleMasks = [Halves(style)] }) : null;
        var results = new List<(StyleProblem Problem, IReadOnlyList<double> Values, float[] Gradient)>();
        var x = StyleTransferTests.Picture(content.Height, content.Width, seed + 2).Rgb;
        var twin = SmoothTwin.Of(Net.Graph);
        foreach (var side in new int?[] { null, random.Next(32, 56) })
        {
            using var session = new StyleSession(settings with { Tile = side }, Net, 1, regions?.Count ?? 0, Plain, twin);
            var targets = session.MeasureStyle(style, (style.Height, style.Width), regions?.Styles[0], CancellationToken.None);
            var problem = session.Problem(content, [targets], regions, CancellationToken.None);
            var gradient = new float[x.Length];
            // with the same weights, for those are quotients of values that may be small differences
            results.Add((problem, problem.Differentiate(x, results.Count > 0 ? results[0].Problem.Weights : problem.Weights, gradient, CancellationToken.None), gradient));
        }
        var (one, other) = (results[0], results[1]);
        Assert.IsType<TiledStyleProblem>(other.Problem);
        foreach (var (expected, actual) in one.Problem.Weights.Zip(other.Problem.Weights)) Assert.Equal(expected, actual, Math.Abs(expected) * 1e-4);
        // Wasserstein's distance is a small difference of large traces; in float64 (above) it agrees to 1e-10
        var near = settings.Statistic == StyleStatistic.Wasserstein ? 1e-3 : 1e-4;
        foreach (var (expected, actual) in one.Values.Zip(other.Values)) Assert.True(Math.Abs(actual - expected) <= Math.Abs(expected) * near, $"{settings.Form} {settings.Statistic} {regions?.Count}: {actual} instead of {expected}");
        var error = Array(other.Gradient).RelativeError(Array(one.Gradient));
        // the inverse root of a covariance magnifies rounding, and so does one over the deviation of a channel that hardly fires
        var allowed = settings.Statistic switch { StyleStatistic.Wasserstein => 1e-3, StyleStatistic.Moments => 1e-4, _ => 1e-5 };
        Assert.True(error < allowed, $"{settings.Form} {settings.Statistic} {regions?.Count}: {error:E2}");

        static Autodiff.Array64 Array(float[] values) => new([.. values.Select(value => (double)value)], [values.Length]);
    }, iter: 10, threads: 1);

    [Fact]
    public void A_painting_in_tiles_looks_like_the_whole_one_and_its_settings_survive()
    {
        var settings = new StyleTransfer { Scales = [new(64, 5), new(96, 6)], Seed = 3 };
        var (content, style) = (StyleTransferTests.Picture(72, 96, 1), StyleTransferTests.Picture(80, 64, 2));
        var whole = settings.Run(Net, content, style);
        var tiled = settings with { Tile = 48 };
        var result = tiled.Run(Net, content, style);
        Assert.Equal(tiled.Tile, StyleSettings.FromJson(StyleSettings.ToJson(tiled)).Tile);
        Assert.InRange(result.Scales[^1].Values[^1] / whole.Scales[^1].Values[^1], 0.98, 1.02);
        Assert.InRange(result.Picture.Rgb.Zip(whole.Picture.Rgb, (a, b) => Math.Abs(a - b)).Average(), 0, 0.02);
        Assert.Contains("tiles", Assert.Throws<ReverieException>(() => (settings with { Tile = 3 }).Run(Net, content, style)).Message, StringComparison.Ordinal);
    }

    private static (double[] Values, double[] Gradient) InTiles(TiledStyleGraph graph, TilePlan plan, double[] pixels, double[] weights, Dictionary<string, (double[] Values, long[] Shape)> targets)
    {
        using var forward = Double(graph.Forward);
        using var painting = Double(graph.Painting);
        var sums = new Dictionary<string, (double[] Values, long[] Shape)>();
        foreach (var tile in plan.Tiles)
        {
            using var results = forward.Run(Inputs(forward, tile, []));
            foreach (var (name, part) in results)
                if (sums.TryGetValue(name, out var sum)) System.Numerics.Tensors.TensorPrimitives.Add<double>(sum.Values, part.ToDoubles(), sum.Values);
                else sums[name] = (part.ToDoubles(), part.Shape.ToArray());
        }
        var values = new double[weights.Length];
        foreach (var (place, index) in graph.Terms.Index().Where(pair => TiledStyleGraph.IsSum(pair.Item)).Select((pair, place) => (place, pair.Index))) values[index] = sums[TiledStyleGraph.Sums].Values[place];
        var slopes = new Dictionary<string, (double[] Values, long[] Shape)>();
        if (graph.Balance.Outputs.Count > 0)
        {
            using var balance = Double(graph.Balance);
            using var found = balance.Run(balance.Inputs.ToDictionary(input => input.Name, input => input.Name switch
            {
                StyleGraph.Weights => RuntimeTensor.Of(weights, weights.Length),
                StyleGraph.Shares => RuntimeTensor.Of(new double[] { 1 }, 1),
                var name when targets.TryGetValue(name, out var target) => RuntimeTensor.Of(target.Values, [1, .. target.Shape]),
                var name => RuntimeTensor.Of(sums[name].Values, sums[name].Shape),
            }));
            foreach (var (name, slope) in found) slopes[name] = (slope.ToDoubles(), slope.Shape.ToArray());
            foreach (var (place, index) in graph.Terms.Index().Where(pair => !TiledStyleGraph.IsSum(pair.Item)).Select((pair, place) => (place, pair.Index))) values[index] = slopes[StyleGraph.Values].Values[place];
        }
        var gradient = new double[pixels.Length];
        foreach (var tile in plan.Tiles)
        {
            using var results = painting.Run(Inputs(painting, tile, slopes));
            var (part, crop) = (results[graph.Gradient].ToDoubles(), tile.Crop);
            for (var index = 0; index < part.Length; index++) gradient[At(index, crop)] += part[index];
        }
        return (values, gradient);

        int At(int index, TileRectangle crop) => (index / (crop.Height * crop.Width) * plan.Height + crop.Top + index / crop.Width % crop.Height) * plan.Width + crop.Left + index % crop.Width;

        Dictionary<string, RuntimeTensor> Inputs(CompiledGraph compiled, Tile tile, Dictionary<string, (double[] Values, long[] Shape)> more)
        {
            var inputs = new Dictionary<string, RuntimeTensor>();
            foreach (var name in compiled.Inputs.Select(input => input.Name))
            {
                if (name == Net.Input) inputs[name] = RuntimeTensor.Of(Enumerable.Range(0, 3 * (int)tile.Crop.Count).Select(index => pixels[At(index, tile.Crop)]).ToArray(), 1, 3, tile.Crop.Height, tile.Crop.Width);
                else if (name == StyleGraph.Weights) inputs[name] = RuntimeTensor.Of(weights, weights.Length);
                else if (name == StyleGraph.Shares) inputs[name] = RuntimeTensor.Of(new double[] { 1 }, 1);
                else if (more.TryGetValue(name, out var slope)) inputs[name] = RuntimeTensor.Of(slope.Values, slope.Shape);
                else
                {
                    var layer = graph.Locality.Layers.ToList().FindIndex(layer => name == TiledStyleGraph.Place(layer) || name == StyleGraph.Mask(layer) || name == StyleGraph.ContentTarget(layer));
                    if (layer < 0)
                    {
                        inputs[name] = RuntimeTensor.Of(targets[name].Values, targets[name].Shape);
                        continue;
                    }
                    var (place, whole) = (tile.Layers[layer], plan.Layers[layer]);
                    var mask = new double[place.Height * place.Width];
                    place.WriteMask<double>(mask);
                    if (name == StyleGraph.ContentTarget(graph.Locality.Layers[layer])) inputs[name] = Crop(targets[name], place, whole);
                    else
                    {
                        for (var index = 0; index < mask.Length; index++) mask[index] /= (double)whole.Height * whole.Width;
                        inputs[name] = name == StyleGraph.Mask(graph.Locality.Layers[layer]) ? RuntimeTensor.Of(mask, 1, 1, mask.Length) : RuntimeTensor.Of(mask, 1, 1, place.Height, place.Width);
                    }
                }
            }
            return inputs;
        }
    }

    private static RuntimeTensor Crop((double[] Values, long[] Shape) target, TileLayer place, (int Height, int Width) whole)
    {
        var channels = (int)target.Shape[1];
        var crop = new double[channels * place.Height * place.Width];
        for (var channel = 0; channel < channels; channel++)
            for (var row = 0; row < place.Owned.Height; row++)
                System.Array.Copy(target.Values, (channel * whole.Height + place.Top + row) * whole.Width + place.Left, crop, (channel * place.Height + place.Owned.Top + row) * place.Width + place.Owned.Left, place.Owned.Width);
        return RuntimeTensor.Of(crop, 1, channels, place.Height, place.Width);
    }

    private static List<StyleTerm> Terms(CounterRandom random)
    {
        var terms = new List<StyleTerm>();
        for (var layer = 0; layer < Layers.Length; layer++)
            foreach (var kind in new[] { StyleTermKind.Content, StyleTermKind.Gram, StyleTermKind.Mean, StyleTermKind.Deviation, StyleTermKind.Nearest })
                if (random.Next(0, 4) == 0) terms.Add(new(kind, Layers[layer]));
        return terms.Count > 0 ? terms : [new(StyleTermKind.Gram, "relu2_1")];
    }

    private static (string Name, long[] Shape) TargetOf(StyleTerm term, int channels, TilePlan plan, Locality locality)
    {
        var (height, width) = plan.Layers[locality.Layers.ToList().IndexOf(term.Layer)];
        return term.Kind switch
        {
            StyleTermKind.Content => (StyleGraph.ContentTarget(term.Layer), [1, channels, height, width]),
            StyleTermKind.Gram => (StyleGraph.GramTarget(term.Layer, 0), [channels, channels]),
            StyleTermKind.Mean => (StyleGraph.MeanTarget(term.Layer, 0), [channels, 1]),
            StyleTermKind.Deviation => (StyleGraph.DeviationTarget(term.Layer, 0), [channels, 1]),
            _ => (StyleGraph.FeatureTarget(term.Layer, 0), [7, channels]),
        };
    }

    private static double[] Numbers(CounterRandom random, int count, float deviation)
    {
        var values = new float[count];
        random.FillNormal(values, 0, deviation);
        return System.Array.ConvertAll(values, value => (double)value);
    }

    private static CompiledGraph Double(Graph graph) => CompiledGraph.Compile(Float64Lowering.Lower(graph), Plain);

    private static Picture Halves(Picture picture)
    {
        var mask = new Picture(picture.Height, picture.Width);
        for (var index = 0; index < mask.Rgb.Length; index++) mask.Rgb[index] = index % picture.Width < picture.Width / 2 ? 0 : 1;
        return mask;
    }
}
