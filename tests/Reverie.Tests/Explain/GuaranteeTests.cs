using Reverie.Explain;
using Reverie.Imaging;

namespace Reverie.Tests.Explain;

/// <summary>What users of other libraries tripped over, and must not here (docs/explain.md lists it).</summary>
public sealed class GuaranteeTests(SmallSubject shared) : IClassFixture<SmallSubject>
{
    private readonly PictureSubject _subject = shared.Subject;

    public static TheoryData<string> Ids => AttributionMethodTests.Ids;

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_method_can_be_cancelled(string id)
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Quick.Of(id).Run(_subject, null, cancelled.Token));
    }

    [Theory]
    [InlineData("smoothgrad")]
    [InlineData("integrated-gradients")]
    [InlineData("expected-gradients")]
    [InlineData("occlusion")]
    [InlineData("feature-ablation")]
    [InlineData("shapley")]
    [InlineData("kernel-shap")]
    [InlineData("lime")]
    [InlineData("rise")]
    [InlineData("score-cam")]
    public void Work_that_takes_many_runs_tells_how_far_it_is(string id)
    {
        var steps = new Collected();
        Quick.Of(id).Run(_subject, steps, TestContext.Current.CancellationToken);
        Assert.NotEmpty(steps.Seen);
        Assert.All(steps.Seen, each => Assert.InRange(each.Done, 0, each.Total));
        Assert.Equal(steps.Seen[^1].Total, steps.Seen[^1].Done);
    }

    // steps and samples go through the network a few at a time, however many there are
    [Fact]
    public void Runs_hold_a_few_pictures_whatever_is_asked() =>
        Assert.InRange(_subject.Subject.ItemsPerRun([new(new double[3 * 224 * 224], [1, 3, 224, 224])]), 4, 16);

    [Fact]
    public void Operators_without_a_rule_are_refused_by_name()
    {
        using var subject = Formula.Of(1, x => x[0].Apply("Acosh"));
        foreach (var method in new AttributionMethod[] { new DeepLift(), new Lrp() })
            Assert.Contains("Acosh", Assert.Throws<ReverieException>(() => method.Explain(subject, [2], [1.5])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Baselines_are_colours_of_pixels_and_go_through_the_preprocessing_of_the_picture()
    {
        var black = _subject.ToSignal(new Picture(64, 64));
        Assert.Equal(black.Values, _subject.Baselines(Baseline.Black)[0].Values);
        Assert.All(_subject.Baselines(Baseline.Mean)[0].Values, value => Assert.Equal(0, value, 1e-6));
        var why = new IntegratedGradients { Steps = 4 }.Run(_subject, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(_subject.Subject.Scores([black], TestContext.Current.CancellationToken)[0], why.BaselineScore!.Value, 1e-4);
        Assert.NotNull(why.BaselineLabel);
    }

    [Fact]
    public void The_target_is_the_likeliest_logit_or_what_is_asked()
    {
        var top = _subject.Predictions[0];
        Assert.Equal((top.Class, top.Logit), (_subject.Class!.Value, _subject.Score), (one, other) => one.Item1 == other.Item1 && Math.Abs(one.Item2 - other.Item2) < 1e-4);
        using var probability = new PictureSubject(TestPhoto.Network, TestPhoto.Small, Target.Probability());
        Assert.Equal(top.Probability, probability.Score, 1e-5);
        using var difference = new PictureSubject(TestPhoto.Network, TestPhoto.Small, new() { Kind = TargetKind.Difference, Against = _subject.Predictions[1].Class.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        Assert.Equal(top.Logit - _subject.Predictions[1].Logit, difference.Score, 1e-4);
    }

    [Fact]
    public void A_map_that_is_empty_is_drawn_and_said_to_be()
    {
        // the mean of what a layer is, against it: nothing speaks for the target
        using var against = Formula.Over([[3, 12, 12]], x => 0 - x[0].Apply("Relu").Apply("GlobalAveragePool"));
        var raw = new GradCam().Attribute(new() { Subject = against, Inputs = [SmallCnn.Picture(1)] });
        Assert.All(raw.Maps[0].Values, value => Assert.Equal(0, value));
        Assert.Contains("empty", raw.Notes[0], StringComparison.Ordinal);

        var nothing = new Attribution(new Gradient(), _subject, RawAttribution.Of([_subject.Input.ZerosLike()]));
        Assert.Contains(nothing.Notes, note => note.Contains("zero everywhere", StringComparison.Ordinal));
        Assert.All(new HeatMap().Draw(nothing, _subject.Photo).Rgb, value => Assert.InRange(value, 0, 1));
    }

    // A = x + e for f = x, so that its variance is that of the noise: 15 % of the range from -2 to 2
    [Fact]
    public void Noise_is_a_fraction_of_the_pixel_range()
    {
        using var identity = Formula.Of(1, x => 1 * x[0]);
        var context = new AttributionContext { Subject = identity, Inputs = Formula.Numbers([0.5]), Bounds = [(Signal.Of([-2], 1), Signal.Of([2], 1))] };
        var variance = new VarGrad { Around = new InputXGradient(), Samples = 4000 }.Attribute(context).Maps[0].Values[0];
        Assert.Equal(0.6, Math.Sqrt(variance), 0.03);
        Assert.Equal((0.15, 50), (new SmoothGrad().Noise, new SmoothGrad().Samples));
    }

    [Fact]
    public void Superpixel_methods_say_how_well_they_fit_and_how_much_they_vary()
    {
        var why = new Lime { Samples = 60, Features = Features.Grid(16) }.Run(_subject, cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(why.Notes, note => note.Contains("R^2", StringComparison.Ordinal));
        Assert.Contains(why.Notes, note => note.Contains("bootstrap", StringComparison.Ordinal));
    }

    [Fact]
    public void Class_activation_maps_take_the_last_layer_with_rows_and_columns()
    {
        var layers = LayerChoice.Candidates(_subject.Context(new GradCam())).ToList();
        Assert.Equal(layers[^1].Layer, new GradCam().Run(_subject, cancellation: TestContext.Current.CancellationToken).Raw.Layer);
        Assert.True(layers.Count > 5);
    }

    private sealed class Collected : IProgress<ExplainProgress>
    {
        public List<ExplainProgress> Seen { get; } = [];

        public void Report(ExplainProgress value) => Seen.Add(value);
    }
}
