using Reverie.Explain;
using Reverie.Imaging;
using Reverie.Models;

namespace Reverie.Tests.Explain;

/// <summary>Measures of trust whose right values are known.</summary>
public sealed class TrustTests(SmallSubject shared) : IClassFixture<SmallSubject>
{
    private readonly PictureSubject _subject = shared.Subject;

    [Fact]
    public void Slopes_of_a_linear_function_have_no_infidelity_and_their_scale_is_normalised_away()
    {
        using var linear = Formula.Of(2, x => 3 * x[0] - 2 * x[1]);
        var context = new AttributionContext { Subject = linear, Inputs = Formula.Numbers([1, 2]) };
        IReadOnlyList<double[]> Moves(int sample) => [[0.1 * sample + 0.3], [0.2 * sample * sample]];
        var exact = Infidelity.Of(context, Formula.Numbers([3, -2]), 8, Moves)[0];
        Assert.Equal((0, 0), (Math.Round(exact.Raw, 12), Math.Round(exact.Unexplained, 12)));
        var tenfold = Infidelity.Of(context, Formula.Numbers([30, -20]), 8, Moves)[0];
        Assert.True(tenfold.Raw > 10);
        Assert.Equal(0, tenfold.Normalised, 1e-9);
        // the best factor for slopes that point the wrong way about one input leaves something unexplained
        var wrong = Infidelity.Of(context, Formula.Numbers([3, 2]), 8, Moves)[0];
        Assert.InRange(wrong.Unexplained, 0.01, 1);
        Assert.True(wrong.Normalised <= wrong.Raw);
    }

    // x^2 at 1: the slope 2 becomes 2 (1 + e), |e| <= 0.02
    [Fact]
    public void Max_sensitivity_is_that_of_the_slope()
    {
        using var square = Formula.Of(1, x => x[0] * x[0]);
        var context = new AttributionContext { Subject = square, Inputs = [Signal.Of([1, 4], 2)] };
        var found = new MaxSensitivity { Samples = 40 }.Of(new Gradient { Absolute = false }, context);
        Assert.InRange(found[0], 0.015, 0.02);
        Assert.Equal(found[0] / 4, found[1], 1e-9);
        using var linear = Formula.Of(1, x => 5 * x[0]);
        Assert.Equal([0, 0], new MaxSensitivity().Of(new Gradient(), context with { Subject = linear }));
    }

    // what one part claims is what was measured of it, to a factor: parts are equally large
    [Fact]
    public void What_ablation_claims_of_single_parts_is_what_they_cost()
    {
        var attribution = new FeatureAblation { Features = Features.Grid(16) }.Run(_subject);
        var found = new SensitivityN { Features = Features.Grid(16), Fractions = [1.0 / 16] }.Of(_subject, attribution, TestContext.Current.CancellationToken);
        Assert.Equal(1, found.Mean, 1e-4);
        var squares = new Infidelity { Samples = 16 }.Of(_subject, attribution, TestContext.Current.CancellationToken);
        Assert.InRange(squares.Unexplained, 0, 1);
        Assert.Equal(squares, new Infidelity { Samples = 16 }.Of(_subject, attribution, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_map_that_keeps_everything_loses_nothing_and_one_of_nothing_all()
    {
        var whole = new AverageDrop().Of(_subject, Flat(1), TestContext.Current.CancellationToken);
        Assert.Equal((whole.Before, 0.0, false), (whole.After, whole.Drop!.Value, whole.Increased));
        var nothing = new AverageDrop { Baseline = Baseline.Mean }.Of(_subject, Flat(0), TestContext.Current.CancellationToken);
        var mean = _subject.Baselines(Baseline.Mean)[0];
        Assert.Equal(_subject.Probabilities(1, (_, into) => mean.Values.CopyTo(into[0], 0), TestContext.Current.CancellationToken)[0], nothing.After, 1e-6);
        Assert.Equal((0.25, 0.5), AverageDrop.Over([new(0.8, 0.4), new(0.5, 0.6)]));
    }

    [Fact]
    public void A_map_points_at_an_object_if_its_strongest_place_is_near()
    {
        var map = new double[100 * 100];
        map[50 * 100 + 50] = 2;
        var mask = new bool[map.Length];
        mask[50 * 100 + 65] = true;
        Assert.True(PointingGame.Hits(map, mask, 100, 15));
        Assert.False(PointingGame.Hits(map, mask, 100, 14.9));
        Assert.False(PointingGame.Hits(new double[map.Length], mask, 100, 200));

        var attribution = Flat(0);
        attribution.Map.Values[20 * 64 + 10] = 1;
        var photo = _subject.Photo;
        var object_ = new Picture(photo.Height, photo.Width);
        for (var channel = 0; channel < 3; channel++) object_.Plane(channel)[20 * 64 + 12] = 1;
        Assert.True(new PointingGame { Tolerance = 3 }.Hits(_subject, attribution, object_));
        Assert.False(new PointingGame { Tolerance = 1 }.Hits(_subject, attribution, object_));
        Assert.Throws<ReverieException>(() => new PointingGame().Hits(_subject, attribution, new Picture(photo.Height, photo.Width)));
        Assert.Throws<ReverieException>(() => new PointingGame().Hits(_subject, attribution, new Picture(10, 10)));
    }

    [Fact]
    public void Random_weights_are_the_same_each_time_and_change_the_gradient()
    {
        Attribution[] attributions = [new Gradient().Run(_subject), new GuidedBackprop().Run(_subject)];
        var measure = new ParameterRandomisation { Stages = 3 };
        var (first, second) = (measure.Of(_subject, attributions, null, TestContext.Current.CancellationToken), measure.Of(_subject, attributions, null, TestContext.Current.CancellationToken));
        Assert.Equal(first.SelectMany(curve => curve.Stages), second.SelectMany(curve => curve.Stages));
        Assert.Equal(3, first[0].Stages.Count);
        Assert.True(first[0].Stages[0].Layers < first[0].Stages[2].Layers);
        // the network itself was left alone
        Assert.Equal(attributions[0].Map.Values, new Gradient().Run(_subject).Map.Values);
        Assert.InRange(first[0].Similarity, -1, 0.6);
    }

    // Adebayo et al. 2018: gradients and integrated gradients fall apart with the network, guided backpropagation does not
    [Fact]
    public void Randomisation_tells_gradients_from_guided_backpropagation()
    {
        using var network = Network.Load(Shared.Require("models", "googlenet.onnx"));
        using var subject = new PictureSubject(network, Picture.Load(Shared.Require("media", "imagenet", "n02123045_tabby.JPEG")));
        AttributionMethod[] methods = [new Gradient { Absolute = false }, new IntegratedGradients { Steps = 8 }, new GuidedBackprop()];
        var curves = new ParameterRandomisation { Stages = 3 }.Of(subject, [.. methods.Select(method => method.Run(subject))], null, TestContext.Current.CancellationToken);
        Assert.InRange(curves[0].Similarity, -0.3, 0.3);
        Assert.InRange(curves[1].Similarity, -0.3, 0.5);
        Assert.InRange(curves[2].Similarity, 0.5, 1);
    }

    [Fact]
    public void Every_measure_is_taken_that_is_asked_for()
    {
        Attribution[] attributions = [new InputXGradient().Run(_subject), new Lrp().Run(_subject)];
        var mask = new Picture(64, 64, [.. Enumerable.Repeat(1f, 3 * 64 * 64)]);
        var all = TrustSettings.All with { MaxSensitivity = new() { Samples = 2 }, Randomisation = new() { Stages = 1 }, Mask = mask };
        var found = Trust.Of(_subject, attributions, all, null, TestContext.Current.CancellationToken);
        Assert.All(found, trust => Assert.True(trust is { Infidelity: not null, SensitivityN: not null, Confidence: not null, MaxSensitivity: >= 0, Randomisation: not null, Points: true }));
        // what relevance lacks, biases took: no error
        Assert.Null(found[1].Gap);
        Assert.Contains("biases", found[1].Verdict, StringComparison.Ordinal);
        var quick = Trust.Of(_subject, attributions, null, null, TestContext.Current.CancellationToken);
        Assert.All(quick, trust => Assert.True(trust is { Infidelity: null, SensitivityN: null, Confidence: null, MaxSensitivity: null, Randomisation: null, Points: null }));
    }

    [Theory]
    [InlineData(0.009, "adds up")]
    [InlineData(0.04, "adds up roughly")]
    [InlineData(0.06, "does not add up")]
    public void Completeness_has_a_verdict(double gap, string words) => Assert.Equal(words, Completeness.Words(gap));

    // the same number at every pixel
    private Attribution Flat(double value) => new(new Gradient(), _subject, RawAttribution.Of([Signal.Constant(value, _subject.Input.Shape)]));
}
