using Reverie.Autodiff.Float64;
using Reverie.Dream;
using Reverie.Dream.Gradients;
using Reverie.Dream.Objectives;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx.Shapes;
using Reverie.Runtime;
using Reverie.Tensors;
using Reverie.Tests.Cli;

namespace Reverie.Tests.Dream;

public class ObjectiveTests
{
    private static readonly Network Net = Network.Embedded;

    public static TheoryData<string> Formulas => new(
        "relu3_2:1,5,9", "mean(relu3_2)", "mean(relu3_2:4) - 0.5*relu2_2", "relu3_2:7@40%,60%", "guide(relu3_2, GUIDE)", "guide-sum(relu3_2:1,2,3, GUIDE)",
        "direction(relu2_2, DIRECTION) - relu3_2 + 2*guide(relu3_2, GUIDE)", "-target(tabby) + relu2_2@10%,20%");

    // Central differences in float64 along random directions; away from kinks, so that one in many may meet one.
    [Theory, MemberData(nameof(Formulas))]
    public void Gradients_are_those_of_central_differences_in_float64(string formula)
    {
        using var folder = new TemporaryFolder();
        var (guide, direction) = (folder["guide.png"], folder["direction.npy"]);
        CardCheck.Sample().Save(guide);
        var channels = (int)Net.Graph.TypeOf(Net.Graph.Resolve("relu2_2"))!.Shape![1].Value!;
        Npy.Write(direction, Enumerable.Range(0, channels).Select(index => MathF.Sin(index)).ToArray(), [channels]);
        var parser = new ObjectiveParser(Net, 48, 48);
        foreach (var balance in new[] { LayerBalance.UnitNorm, LayerBalance.None })
        {
            var objective = parser.Parse(formula.Replace("GUIDE", guide, StringComparison.Ordinal).Replace("DIRECTION", direction, StringComparison.Ordinal)) with { Balance = balance };
            var graph = ObjectiveGraph.Build(Net, objective, new(Net, [.. parser.PictureFiles.Select(Picture.Load)], null));
            using var compiled = CompiledGraph.Compile(Float64Lowering.Lower(graph.Graph), new() { Threads = 1 });
            var random = new CounterRandom(11);
            var x = Enumerable.Range(0, 3 * 48 * 48).Select(_ => random.Normal()).ToArray();
            var d = Enumerable.Range(0, x.Length).Select(_ => random.Normal()).ToArray();
            var (_, gradient) = At(x, true);
            var slope = gradient!.Zip(d, (g, e) => g * e).Sum();
            const double H = 1e-6;
            var difference = (At([.. x.Zip(d, (a, b) => a + H * b)], false).Value - At([.. x.Zip(d, (a, b) => a - H * b)], false).Value) / (2 * H);
            Assert.True(Math.Abs(slope) > 0, formula);
            Assert.Equal(difference, slope, Math.Max(1e-5 * Math.Abs(slope), 1e-9));

            (double Value, double[]? Gradient) At(double[] input, bool withGradient)
            {
                var feeds = new Dictionary<string, RuntimeTensor> { [Net.Input] = RuntimeTensor.Of(input, 1, 3, 48, 48) };
                foreach (var placed in graph.Places)
                {
                    var layer = ShapeInference.Resolve(graph.Layers, new Dictionary<string, long[]> { [Net.Input] = [1, 3, 48, 48] })[placed.Term.Layer];
                    var where = new WhereMap(placed, layer);
                    where.Draw(new(48, 48), default);
                    feeds[where.Input] = RuntimeTensor.Of(where.Tensor.ToDoubles(), where.Tensor.Shape);
                }
                using var results = compiled.Run(feeds, withGradient ? null : [ObjectiveGraph.Value]);
                return (results[ObjectiveGraph.Value].ToDoubles()[0], withGradient ? results[graph.Gradient].ToDoubles() : null);
            }
        }
    }

    [Fact]
    public void Values_without_gradients_are_the_same()
    {
        var photo = CardCheck.Sample().Resize(96, 120);
        using var sources = new GradientSources(Net, [], null, null);
        Objective[] objectives = [Objective.Layer("relu4_3"), Objective.Mean("conv5_1", 3), Objective.Neuron("conv4_1", 5, new(0.3, 0.6)), Objective.Layer("relu2_2") + -0.5 * Objective.Layer("relu3_2", 1, 2)];
        foreach (var objective in objectives)
        {
            var expected = sources.Of(objective).Value(photo.Rgb, new(96, 120), CancellationToken.None);
            Assert.NotEqual(0, expected);
            Assert.Equal(1, sources.Value(objective, photo, CancellationToken.None) / expected, 1e-5);
        }
    }

    [Fact]
    public void Formulas_are_read()
    {
        var parser = new ObjectiveParser(Net, 100, 200);
        var terms = parser.Parse("relu5_3:12 - 0.5*relu4_3 + 2*mean(relu3_2:1,2) - target(281)").Terms;
        Assert.Equal(["relu5_3:12", "relu4_3", "mean(relu3_2:1,2)", $"mean({Net.Logits}:281)"], terms.Select(term => term.ToString()));
        Assert.Equal([1, -0.5, 2, -1], terms.Select(term => term.Weight));
        Assert.Equal(-1, parser.Parse("-relu4_3").Terms[0].Weight);
        var neuron = parser.Parse("relu4_3:3@50,25").Terms[0];
        Assert.Equal(50.5 / 200, neuron.At!.Value.X, 1e-12);
        Assert.Equal(25.5 / 100, neuron.At!.Value.Y, 1e-12);
        Assert.Equal(parser.Parse("relu4_3 - relu3_2").Terms, (Objective.Layer("relu4_3") - Objective.Layer("relu3_2")).Terms);
    }

    [Theory]
    [InlineData("relu9")]
    [InlineData("relu4_3 - ")]
    [InlineData("relu4_3:12@900,900")]
    [InlineData("median(relu4_3)")]
    [InlineData("guide(relu4_3)")]
    [InlineData("guide(relu4_3, nothing.png)")]
    [InlineData("target(no such thing)")]
    public void Formulas_that_mean_nothing_are_refused(string formula) => Assert.Throws<ReverieException>(() => new ObjectiveParser(Net, 100, 100).Parse(formula));

    [Fact]
    public void Objectives_survive_JSON()
    {
        var settings = new DeepDream
        {
            Objective = 2 * Objective.Neuron("relu4_3", 3, new(0.25, 0.5)) - Objective.Guide("relu3_2") + Objective.Direction("relu2_2", [1, -0.1f]) + Objective.GuideSum("relu3_2"),
            Then = [Objective.Mean("relu5_3", 1, 2)],
            OctaveStrength = [1, 0.5],
            Smoothing = GradientSmoothing.Laplacian,
            Normaliser = GradientNorm.Adam,
            TotalVariation = 0.1,
            Colours = ColourLock.Chroma,
            Carry = OctaveCarry.Picture,
            Rounds = 4,
        };
        var json = DreamSettings.ToJson(settings);
        Assert.Equal(json.GetRawText(), DreamSettings.ToJson(DreamSettings.FromJson(json)).GetRawText());
        Assert.Equal(settings.Objective.ToString(), DreamSettings.FromJson(json).Objective!.ToString());
    }

    [Fact]
    public void A_settings_file_of_the_first_version_means_what_it_meant()
    {
        var old = System.Text.Json.JsonDocument.Parse("""{"version":1,"objective":{"terms":[{"layer":"relu4_3","weight":1}],"balance":"UnitNorm"},"octaves":2,"octaveScale":1.4,"steps":3,"stepSize":1.2,"jitter":8,"seed":3}""");
        var settings = DreamSettings.FromJson(old.RootElement);
        Assert.Equal(old.RootElement.GetRawText(), DreamSettings.ToJson(settings).GetRawText());
        Assert.Equal((GradientNorm.Mean, GradientSmoothing.None, 0.0, ColourLock.None, OctaveCarry.Detail, null), (settings.Normaliser, settings.Smoothing, settings.TotalVariation, settings.Colours, settings.Carry, settings.Rounds));
    }

    [Fact]
    public void Channels_are_ranked_by_the_picture_and_by_a_region_of_it()
    {
        var photo = CardCheck.Sample();
        var whole = ChannelRanking.Rank(Net, "relu4_3", photo);
        Assert.True(whole.Zip(whole.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score));
        Assert.Equal(whole.Take(3).Select(ranked => ranked.Channel), ChannelRanking.Choose(whole, ChannelKind.Strong, 3));
        var weak = ChannelRanking.Choose(whole, ChannelKind.Weak, 2);
        Assert.All(weak, channel => Assert.True(whole.Single(ranked => ranked.Channel == channel).Score > 0));

        // the first channel of a region truly is more active there than elsewhere
        var at = new Place(0.3, 0.35);
        var best = ChannelRanking.Rank(Net, "relu4_3", photo, at)[0];
        using var results = Net.CompiledTo("relu4_3").Run(new Dictionary<string, RuntimeTensor> { [Net.Input] = Net.ToInput(photo) });
        var tensor = results["relu4_3"];
        var (height, width) = ((int)tensor.Shape[2], (int)tensor.Shape[3]);
        var plane = tensor.Span<float>().Slice(best.Channel * height * width, height * width);
        var (row, column) = at.In(height, width);
        Assert.True(plane[row * width + column] > plane.ToArray().Average());
        Assert.True(best.Score > 1);
    }
}
