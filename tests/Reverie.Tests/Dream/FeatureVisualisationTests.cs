using Reverie.Dream.Visualisation;
using Reverie.Imaging;
using Reverie.Models;
using Reverie.Onnx;
using Reverie.Runtime;

namespace Reverie.Tests.Dream;

public class FeatureVisualisationTests
{
    private static readonly FeatureVisualisation Quick = new() { Layer = "relu3_2", Channels = [3, 17], Size = 40, Steps = 16, Seed = 2 };

    [Theory]
    [InlineData(FeatureParameterisation.Fourier, FeatureFocus.Channel)]
    [InlineData(FeatureParameterisation.Fourier, FeatureFocus.Neuron)]
    [InlineData(FeatureParameterisation.Maco, FeatureFocus.Channel)]
    [InlineData(FeatureParameterisation.Pixels, FeatureFocus.Channel)]
    public void Channels_become_far_more_active_than_on_noise(FeatureParameterisation parameterisation, FeatureFocus focus)
    {
        var settings = Quick with { Parameterisation = parameterisation, Focus = focus, Starts = 1 };
        var noise = (settings with { Steps = 1, LearningRate = 1e-6 }).Run(Network.Embedded).Features;
        var found = settings.Run(Network.Embedded).Features;
        Assert.Equal([3, 17], found.Select(feature => feature.Channel));
        Assert.All(found.Zip(noise), pair => Assert.True(pair.First.Highest > 1.5 * pair.Second.Highest, $"{pair.First.Highest} against {pair.Second.Highest}"));
    }

    [Fact]
    public void Equal_seeds_give_equal_pictures_and_others_others()
    {
        var first = Quick.Run(Network.Embedded).Features;
        Assert.Equal(first[1].Picture.Rgb, Quick.Run(Network.Embedded).Features[1].Picture.Rgb);
        Assert.NotEqual(first[1].Picture.Rgb, (Quick with { Seed = 3 }).Run(Network.Embedded).Features[1].Picture.Rgb);
    }

    [Fact]
    public void Variants_are_driven_apart()
    {
        var settings = Quick with { Channels = [3], Variants = 3, Steps = 24 };
        Assert.True(Likeness((settings with { Diversity = 0 }).Run(Network.Embedded)) > Likeness((settings with { Diversity = 3 }).Run(Network.Embedded)));

        // the mean cosine between the Gram matrices of two variants
        double Likeness(FeatureResult result)
        {
            var grams = result.Features.Select(feature =>
            {
                using var results = Network.Embedded.CompiledTo("relu3_2").Run(new Dictionary<string, RuntimeTensor> { [Network.Embedded.Input] = Network.Embedded.ToInput(feature.Picture) });
                var (a, channels) = (results["relu3_2"].ToArray<float>(), (int)results["relu3_2"].Shape[1]);
                var places = a.Length / channels;
                return Enumerable.Range(0, channels * channels).Select(pair => Enumerable.Range(0, places).Sum(place => (double)a[pair / channels * places + place] * a[pair % channels * places + place])).ToArray();
            }).ToList();
            return Cosine(grams[0], grams[1]) + Cosine(grams[1], grams[2]) + Cosine(grams[0], grams[2]);
        }

        static double Cosine(double[] left, double[] right) =>
            left.Zip(right, (a, b) => a * b).Sum() / Math.Sqrt(left.Sum(a => a * a) * right.Sum(b => b * b));
    }

    [Fact]
    public void Silent_channels_are_called_up_where_anything_can_and_named_where_not()
    {
        // one filter fires only on bright red far above noise, one never
        var model = new Model { Opset = 18 };
        var graph = model.Graph;
        graph.Inputs.Add(new("input", new(ElementType.Float, [Dim.Symbol("N"), 3, Dim.Symbol("H"), Dim.Symbol("W")])));
        graph.Constants["weights"] = Tensor.Of<float>([2, 0, 0, 0, 0, 0], 2, 3, 1, 1);
        graph.Constants["bias"] = Tensor.Of<float>([-1.3f, -1], 2);
        graph.Nodes.Add(new Node("Conv", ["input", "weights", "bias"], ["conv"]));
        graph.Nodes.Add(new Node("Relu", ["conv"], ["relu"]));
        graph.Outputs.Add(new("relu", new(ElementType.Float, null)));
        model.Metadata[ModelCard.MetadataKey] = """{"name": "tiny", "input": {"range": [0, 1]}}""";
        using var network = Network.Load(model.ToBytes(), "tiny");
        var features = new FeatureVisualisation { Layer = "relu", Channels = [0, 1], Size = 16, Steps = 80 }.Run(network).Features;
        Assert.True(features[0].Rescued);
        Assert.False(features[0].Dead);
        Assert.True(features[0].Mean > 0.1, $"{features[0].Mean}");
        Assert.True(features[1].Dead);
    }

    // On GoogLeNet: reverie visualize --model googlenet --layer ... --data FOLDER, whose report tells the same of the folder's pictures.
    [Theory]
    [InlineData("relu2_2", 48)]
    [InlineData("relu4_3", 72)]
    public void Features_excite_their_channels_more_than_all_but_one_in_a_thousand_patches_of_photographs(string layer, int size)
    {
        var photos = new[] { "chelsea.png", "coffee.png", "rocket.jpg" }.Select(name => Picture.Load(Shared.InRepository("samples", name)));
        var settings = new FeatureVisualisation { Layer = layer, Channels = [2, 19], Size = size, Steps = 48 };
        var features = settings.Run(Network.Embedded).Features;
        var patches = NaturalPatches.Seek(Network.Embedded, layer, settings.Channels, photos, 2);
        foreach (var (feature, found) in features.Zip(patches))
        {
            Assert.True(found.Best[0].Activation >= found.Best[1].Activation && found.Best[0].Activation >= found.Extreme);
            Assert.True(feature.Highest > found.Extreme, $"{layer}:{feature.Channel}: {feature.Highest} against {found.Extreme}");
        }
    }

    [Fact]
    public void Trunks_go_from_low_layers_to_high_ones()
    {
        var trunk = TrunkLayers.Of(Network.Embedded);
        Assert.Equal("relu1_1", trunk[0]);
        Assert.Contains("relu5_3", trunk);
        Assert.Equal(4, TrunkLayers.Of(Network.Embedded, 4).Count);
    }

    [Fact]
    public void Settings_survive_JSON()
    {
        var settings = Quick with { Parameterisation = FeatureParameterisation.Maco, Focus = FeatureFocus.Neuron, LearningRate = 0.2, Variants = 2 };
        Assert.Equal(settings.ToJson().GetRawText(), FeatureVisualisation.FromJson(settings.ToJson()).ToJson().GetRawText());
    }
}
