using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Explain;

/// <summary>What attributions sum to, on networks made of what real ones are made of, and on real ones.</summary>
public sealed class CompletenessTests
{
    public static TheoryData<string> Networks => ["plain", "normalised", "branched", "modern"];

    // with a random baseline: a constant one hides mistakes at ReLUs before pools
    [Theory]
    [MemberData(nameof(Networks))]
    public void DeepLift_is_complete(string network)
    {
        foreach (var rule in Enum.GetValues<DeepLiftRule>())
        {
            using var exact = Subject(network, Precision.Float64);
            Assert.InRange(Gap(new DeepLift { Rule = rule }, exact), 0, 1e-8);
            using var single = Subject(network, Precision.Float32);
            Assert.InRange(Gap(new DeepLift { Rule = rule }, single), 0, 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Integrated_gradients_are_refined_until_they_are_complete(string network)
    {
        using var subject = Subject(network, Precision.Float32);
        Assert.InRange(Gap(new IntegratedGradients(), subject), 0, 0.01);
        Assert.InRange(Gap(new IntegratedGradients { Tolerance = 0.002, MaxSteps = 20_000 }, subject), 0, 0.002);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_parts_of_fullgrad_sum_to_the_score(string network)
    {
        using var subject = Subject(network, Precision.Float64);
        Assert.InRange(Gap(new FullGrad(), subject), 0, 1e-9);
    }

    [Fact]
    public void Every_composite_of_relevance_conserves_without_biases()
    {
        using var subject = Subject("plain", Precision.Float64);
        foreach (var composite in Enum.GetValues<LrpComposite>().Where(each => each != LrpComposite.EpsilonGammaBox))
            Assert.InRange(Gap(new Lrp { Composite = composite, IgnoreBias = true, Epsilon = 1e-12 }, subject), 0, 1e-6);
    }

    // on networks of ReLUs and max pools, as epsilon goes to 0
    [Fact]
    public void Relevance_by_epsilon_is_input_x_gradient()
    {
        using var subject = Subject("normalised", Precision.Float64);
        var context = Context(subject);
        var relevance = new Lrp { Composite = LrpComposite.Epsilon, Epsilon = 1e-12 }.Attribute(context).Maps[0];
        var product = new InputXGradient().Attribute(context).Maps[0];
        var scale = product.Values.Max(Math.Abs);
        // folding BatchNormalization rounds the weights to float32
        for (var place = 0; place < product.Values.Length; place++) Assert.Equal(product.Values[place], relevance.Values[place], 1e-5 * scale);
    }

    [Fact]
    public void A_layer_through_which_everything_passes_has_all_of_the_change()
    {
        using var subject = Subject("plain", Precision.Float64);
        var layer = subject.Graph.Nodes.First(node => node.Op == "MaxPool").Output;
        Assert.InRange(Gap(new Conductance { Layer = layer, Steps = 400 }, subject), 0, 1e-2);
        Assert.InRange(Gap(new DeepLift { Layer = layer }, subject), 0, 1e-9);
        Assert.InRange(Gap(new IntegratedGradients { Layer = layer }, subject), 0, 1e-2);
    }

    [Fact]
    public void Expected_gradients_come_near_the_mean_of_integrated_gradients()
    {
        using var subject = Subject("plain", Precision.Float32);
        Signal[] baselines = [SmallCnn.Picture(5), SmallCnn.Picture(6)];
        var context = Context(subject) with { Baselines = [.. baselines.Select(baseline => (IReadOnlyList<Signal>)[baseline])] };
        var expected = new ExpectedGradients { Samples = 2000 }.Attribute(context);
        var means = baselines.Select(baseline => new IntegratedGradients { Steps = 200 }.Attribute(context with { Baselines = [[baseline]] }).Maps[0]).ToList();
        var mean = means[0].Zip(means[1], (one, other) => (one + other) / 2);
        var error = Math.Sqrt(expected.Maps[0].Zip(mean, (one, other) => (one - other) * (one - other)).Values.Sum() / mean.Values.Sum(value => value * value));
        Assert.InRange(error, 0, 0.05);
        Assert.InRange(expected.Balance!.Gap(0), 0, 0.05);
    }

    // DeepLIFT to float rounding on real networks, LRN, branches and all
    [Theory]
    [InlineData("googlenet")]
    [InlineData("squeezenet1.1")]
    public void DeepLift_is_complete_on_real_networks(string model)
    {
        using var network = Network.Load(Shared.Require("models", $"{model}.onnx"));
        var photo = Picture.Load(Directory.GetFiles(Shared.Require("media", "imagenet"), "*.JPEG").Order(StringComparer.Ordinal).First());
        Assert.InRange(new DeepLift().Run(network, photo).Gap!.Value, 0, 1e-4);
    }

    private static Subject Subject(string network, Precision precision) => network switch
    {
        "plain" => SmallCnn.Plain(precision),
        "normalised" => SmallCnn.Normalised(precision),
        "branched" => SmallCnn.Branched(precision),
        _ => SmallCnn.Modern(precision),
    };

    private static AttributionContext Context(Subject subject) => new() { Subject = subject, Inputs = [SmallCnn.Picture(1)], Baselines = [[SmallCnn.Picture(5)]] };

    private static double Gap(AttributionMethod method, Subject subject) => method.Attribute(Context(subject)).Balance!.Gap(0);
}
