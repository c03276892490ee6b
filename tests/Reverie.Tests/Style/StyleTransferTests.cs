using Reverie.Imaging;
using Reverie.Models;
using Reverie.Style;
using Reverie.Tests.References;

namespace Reverie.Tests.Style;

public class StyleTransferTests
{
    private static readonly StyleTransfer Quick = new() { Scales = [new(48, 6), new(64, 6)], Seed = 3 };

    [Fact]
    public void A_picture_comes_near_the_style_and_equal_settings_give_equal_pictures()
    {
        var (content, style) = (Picture(48, 64, 1), Picture(56, 40, 2));
        var first = Quick.Run(Network.Embedded, content, style);
        Assert.Equal((48, 64), (first.Picture.Height, first.Picture.Width));
        Assert.All(first.Scales, scale => Assert.True(scale.Values[^1] < scale.Values[0]));
        Assert.All(first.Terms.Where(term => term.Kind == StyleTermKind.Gram), term => Assert.True(term.After < term.Before));
        Assert.Equal(first.Picture.Rgb, Quick.Run(Network.Embedded, content, style).Picture.Rgb);
        Assert.All(first.Picture.Rgb, value => Assert.InRange(value, 0, 1));
        Assert.False(first.Cancelled);
    }

    [Fact]
    public void More_strength_is_nearer_to_the_style_and_farther_from_the_content()
    {
        var results = new[] { 10.0, 50, 90 }.Select(strength => (Quick with { Strength = strength }).Run(Network.Embedded, Picture(48, 64, 1), Picture(64, 64, 2))).ToList();
        var content = results.Select(result => result.Terms.First(term => term.Kind == StyleTermKind.Content).After).ToList();
        var style = results.Select(result => result.Terms.Where(term => term.Kind == StyleTermKind.Gram).Sum(term => term.After / term.Before)).ToList();
        Assert.Equal(content.Order(), content);
        Assert.Equal(style.OrderDescending(), style);
    }

    [Theory]
    [InlineData(StyleForm.Gatys)]
    [InlineData(StyleForm.NeuralStyle)]
    [InlineData(StyleForm.Spst)]
    public void Every_form_goes_down(StyleForm form)
    {
        var result = new StyleTransfer { Form = form, Size = 48, Evaluations = 8, Init = StyleInit.Grey }.Run(Network.Embedded, Picture(48, 48, 1), Picture(48, 40, 2));
        Assert.True(result.Scales.Single().Values.Min() < 0.98 * result.Scales.Single().Values[0]);
    }

    [Theory]
    [InlineData(StyleStatistic.Moments)]
    [InlineData(StyleStatistic.Wasserstein)]
    [InlineData(StyleStatistic.Nearest)]
    public void Every_statistic_goes_down(StyleStatistic statistic)
    {
        var result = (Quick with { Statistic = statistic }).Run(Network.Embedded, Picture(48, 64, 1), Picture(64, 64, 2));
        Assert.All(result.Scales, scale => Assert.True(scale.Values[^1] < 0.9 * scale.Values[0]));
    }

    [Theory]
    [InlineData(StyleInit.Grey)]
    [InlineData(StyleInit.Style)]
    public void Every_beginning_and_adam_go_down(StyleInit init)
    {
        var result = (Quick with { Init = init, Optimizer = StyleOptimizer.Adam }).Run(Network.Embedded, Picture(48, 64, 1), Picture(64, 64, 2));
        Assert.True(result.Scales[0].Values[^1] < result.Scales[0].Values[0]);
    }

    [Fact]
    public void Two_styles_blend_and_a_share_of_none_is_not_there()
    {
        var inputs = new StyleInputs { Content = Picture(48, 64, 1), Styles = [Picture(64, 64, 2), Picture(48, 48, 3)] };
        var both = (Quick with { Blend = [1, 1] }).Run(Network.Embedded, inputs).Picture.Rgb;
        var first = (Quick with { Blend = [1, 0] }).Run(Network.Embedded, inputs).Picture.Rgb;
        Assert.Equal(Quick.Run(Network.Embedded, inputs.Content, inputs.Styles[0]).Picture.Rgb, first);
        Assert.NotEqual(first, both);
        Assert.Contains((Quick with { BlendMode = StyleBlend.Losses }).Run(Network.Embedded, inputs).Terms, term => term.Style == 1);
    }

    [Fact]
    public void A_cancelled_run_repeats_to_the_byte()
    {
        using var cancellation = new CancellationTokenSource();
        var (content, style) = (Picture(48, 64, 1), Picture(56, 40, 2));
        var result = Quick.Run(Network.Embedded, content, style, new CancelAt(8, cancellation), cancellation: cancellation.Token);
        Assert.True(result.Cancelled);
        Assert.Equal(8, result.Evaluations);
        var again = (Quick with { StopAfter = 8 }).Run(Network.Embedded, content, style);
        Assert.Equal(result.Picture.Rgb, again.Picture.Rgb);
        Assert.Equal((48, 64), (result.Picture.Height, result.Picture.Width));
    }

    [Fact]
    public void Pools_and_borders_can_be_rewritten_and_alpha_is_kept()
    {
        var opaque = Picture(48, 64, 1);
        var alpha = Enumerable.Range(0, 48 * 64).Select(index => index % 64 / 63f).ToArray();
        var content = new Picture(48, 64, opaque.Rgb, alpha);
        var quick = Quick with { Scales = [new(64, 3)] };
        var own = quick.Run(Network.Embedded, content, opaque).Picture;
        Assert.Equal(alpha, own.Alpha);
        foreach (var other in new[] { quick with { Pooling = StylePooling.Max }, quick with { Padding = StylePadding.Reflect }, quick with { Padding = StylePadding.Replicate } })
            Assert.NotEqual(own.Rgb, other.Run(Network.Embedded, content, opaque).Picture.Rgb);
    }

    [Fact]
    public void Settings_survive_json() => Assert.Equivalent(Quick with { StyleLayers = [new("relu2_1", 2)] }, StyleSettings.FromJson(StyleSettings.ToJson(Quick with { StyleLayers = [new("relu2_1", 2)] })));

    [Fact]
    public void What_cannot_be_is_refused()
    {
        var (content, style) = (Picture(48, 64, 1), Picture(56, 40, 2));
        Refused("strength", Quick with { Strength = 101 });
        Refused("layer", Quick with { StyleLayers = [new("relu9_9")] });
        Refused("blend", Quick with { Blend = [1, 2] });
        Refused("too small", Quick with { Scales = [new(32, 1)], ContentLayers = [new("probabilities")] }, "no map of features");

        void Refused(string what, StyleTransfer settings, string? or = null)
        {
            var message = Assert.Throws<ReverieException>(() => settings.Run(Network.Embedded, content, style)).Message;
            Assert.True(message.Contains(what, StringComparison.Ordinal) || (or is not null && message.Contains(or, StringComparison.Ordinal)), message);
        }
    }

    internal static Picture Picture(int height, int width, ulong seed) => new(height, width, Array.ConvertAll(HashPicture.Levels(height, width, seed), level => level / 255f));

    private sealed class CancelAt(int evaluation, CancellationTokenSource cancellation) : IProgress<StyleProgress>
    {
        private int _evaluations;

        public void Report(StyleProgress value)
        {
            if (++_evaluations == evaluation) cancellation.Cancel();
        }
    }
}
