using Reverie.Explain;
using Reverie.Imaging;

namespace Reverie.Tests.Explain;

/// <summary>Maps as pictures, and the measures that are numbers of maps alone.</summary>
public sealed class HeatMapTests
{
    [Fact]
    public void Zero_is_white_on_a_diverging_scale_and_the_ends_are_blue_and_red()
    {
        var (zero, low, high) = (ColourScale.At(ColourScaleKind.RedBlue, 0), ColourScale.At(ColourScaleKind.RedBlue, -2), ColourScale.At(ColourScaleKind.RedBlue, 2));
        Assert.All(new[] { zero.Red, zero.Green, zero.Blue }, part => Assert.InRange(part, 0.95, 1));
        Assert.True(low.Blue > 2 * low.Red && high.Red > 2 * high.Blue);
    }

    [Theory]
    [InlineData(ColourScaleKind.Inferno)]
    [InlineData(ColourScaleKind.Viridis)]
    public void Sequential_scales_grow_lighter_all_the_way(ColourScaleKind kind)
    {
        var lightness = Enumerable.Range(0, 51).Select(step => ColourScale.At(kind, step / 50.0)).Select(colour => 0.2126 * colour.Red + 0.7152 * colour.Green + 0.0722 * colour.Blue).ToList();
        for (var step = 1; step < lightness.Count; step++) Assert.True(lightness[step] > lightness[step - 1]);
    }

    [Theory]
    [InlineData("none", 1)]
    [InlineData("max", 4)]
    [InlineData("50%", 2)]
    [InlineData("2.5", 2.5)]
    public void The_strongest_colour_is_chosen(string text, double expected) => Assert.Equal(expected, MapScaling.Parse(text).Strongest([0, -4, 2, 1, 3]));

    [Theory]
    [InlineData("101%")]
    [InlineData("-1")]
    [InlineData("much")]
    public void Other_scalings_are_refused(string text) => Assert.Throws<ReverieException>(() => MapScaling.Parse(text));

    [Fact]
    public void A_map_of_zeros_can_be_drawn() => Assert.Equal(1, MapScaling.Max.Strongest([0, 0]));

    [Theory]
    [InlineData(MapView.Overlay)]
    [InlineData(MapView.Map)]
    [InlineData(MapView.Masked)]
    [InlineData(MapView.Contour)]
    public void The_picture_is_the_whole_photo_with_the_unseen_dimmed(MapView view)
    {
        var photo = new Picture(64, 128, Enumerable.Repeat(0.8f, 3 * 64 * 128).ToArray());
        photo.Plane(1)[40 * 128 + 64] = 0;
        var attribution = new Gradient().Run(TestPhoto.Network, photo);
        var drawn = new HeatMap { View = view }.Draw(attribution, photo);
        Assert.Equal((64, 128), (drawn.Height, drawn.Width));
        Assert.Equal(0.28f, drawn.Rgb[0], 1e-5f);
        Assert.Equal(0.28f, drawn.Rgb[127], 1e-5f);
        Assert.NotEqual(0.28f, drawn.Rgb[32 * 128 + 64]);
        Assert.All(drawn.Rgb, value => Assert.InRange(value, 0, 1));
    }

    [Fact]
    public void Rank_correlation_sees_the_order_alone()
    {
        double[] map = [3, 1, 4, 1, 5, 9, 2, 6];
        Assert.Equal(1, RankCorrelation.Of(map, Array.ConvertAll(map, value => Math.Exp(value))), 1e-12);
        Assert.Equal(-1, RankCorrelation.Of(map, Array.ConvertAll(map, value => -value)), 1e-12);
        Assert.Equal(0, RankCorrelation.Of(map, new double[8]));
        // scipy.stats.spearmanr([1,2,3,4,5], [5,6,7,8,7]).correlation
        Assert.Equal(0.8207826816681233, RankCorrelation.Of([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), 1e-12);
    }

    [Fact]
    public void Sparseness_is_the_Gini_coefficient()
    {
        Assert.Equal(0, Sparseness.Of([2, -2, 2, 2]), 1e-12);
        Assert.Equal(0.75, Sparseness.Of([0, 0, 0, 5]), 1e-12);
        Assert.Equal(0.25, Sparseness.Of([1, 2, 3, 4]), 1e-12);
    }

    [Fact]
    public void Deletion_of_what_counts_falls_at_once_and_insertion_rises_at_once()
    {
        using var subject = new PictureSubject(TestPhoto.Network, TestPhoto.Small);
        var measure = new DeletionInsertion { Steps = 16 };
        var map = new Gradient().Run(subject).Sum();
        double[] worst = Array.ConvertAll(map, value => -value);
        Assert.Equal(17, measure.Deletion(subject, map, TestContext.Current.CancellationToken).Curve.Length);
        var (good, bad) = (measure.Deletion(subject, map, TestContext.Current.CancellationToken), measure.Deletion(subject, worst, TestContext.Current.CancellationToken));
        // both begin with the picture and end with the mean colour
        Assert.Equal(good.Curve[0], bad.Curve[0], 1e-6);
        Assert.Equal(good.Curve[^1], bad.Curve[^1], 1e-6);
        Assert.NotEqual(good.Area, bad.Area);
        var inserted = measure.Insertion(subject, map, TestContext.Current.CancellationToken);
        Assert.Equal(good.Curve[0], inserted.Curve[^1], 1e-6);
    }
}
