using Reverie.Imaging;
using Reverie.Models;
using Reverie.Style;

namespace Reverie.Tests.Style;

public class RegionTests
{
    private static readonly StyleTransfer Quick = new() { Scales = [new(64, 12)], Strength = 80 };

    [Fact]
    public void Each_region_takes_its_own_style()
    {
        var inputs = new StyleInputs { Content = StyleTransferTests.Picture(48, 64, 1), Styles = [Toned(2, -0.35f), Toned(3, 0.35f)], ContentMask = Halves(48, 64, 0, 1) };
        var result = Quick.Run(Network.Embedded, inputs);
        var (left, right) = Means(result.Picture);
        Assert.True(left < right - 0.06, $"{left} {right}");
        // the other way round where the mask is
        (left, right) = Means(Quick.Run(Network.Embedded, inputs with { ContentMask = Halves(48, 64, 1, 0) }).Picture);
        Assert.True(left > right + 0.06, $"{left} {right}");
        Assert.NotNull(result.RegionMap);
    }

    [Fact]
    public void Parts_of_one_style_are_paired_by_colour()
    {
        // the style is dark on the left and bright on the right; its mask says that the content's bright region is to be like the left
        var style = StyleTransferTests.Picture(48, 64, 2);
        for (var index = 0; index < style.Rgb.Length; index++) style.Rgb[index] = Math.Clamp(0.3f * style.Rgb[index] + (index % 64 < 32 ? 0 : 0.65f), 0, 1);
        var inputs = new StyleInputs { Content = StyleTransferTests.Picture(48, 64, 1), Styles = [style], ContentMask = Halves(48, 64, 0, 1), StyleMasks = [Halves(48, 64, 1, 0)] };
        var (left, right) = Means(Quick.Run(Network.Embedded, inputs).Picture);
        Assert.True(left > right + 0.06, $"{left} {right}");
    }

    [Fact]
    public void Regions_are_found_where_pictures_have_something_in_common()
    {
        var picture = new Picture(64, 64, (float[])StyleTransferTests.Picture(64, 64, 4).Rgb.Clone());
        for (var index = 0; index < picture.Rgb.Length; index++)
            if (index / 64 % 64 < 32) picture.Rgb[index] = 0.8f;
        var regions = RegionFinder.Find(Network.Embedded, picture, [picture], 2, 0, null);
        Assert.Equal(2, regions.Count);
        // every place belongs to the regions, wholly; and the plain half is one of them
        for (var pixel = 0; pixel < 64 * 64; pixel++) Assert.Equal(1, regions.Content.Sum(mask => mask[pixel]), 1e-3f);
        Assert.Contains(regions.Content, mask => mask[..(64 * 16)].Average() > 0.9 && mask[(64 * 48)..].Average() < 0.1);
        var result = (Quick with { Regions = 2, Scales = [new(64, 4)] }).Run(Network.Embedded, picture, picture);
        Assert.True(result.Terms.Where(term => term.Kind == StyleTermKind.Gram).All(term => double.IsFinite(term.After)));
    }

    [Fact]
    public void Masks_that_do_not_fit_are_refused()
    {
        var inputs = new StyleInputs { Content = StyleTransferTests.Picture(48, 64, 1), Styles = [StyleTransferTests.Picture(48, 64, 2)], ContentMask = Halves(48, 64, 0, 1) };
        Refused("2 colours but there are 1 styles", inputs);
        Refused("one colour only", inputs with { ContentMask = Halves(48, 64, 1, 1) });
        Refused("same shape", inputs with { ContentMask = Halves(64, 48, 0, 1) });
        Refused("in no style mask", inputs with { StyleMasks = [Halves(48, 64, 1, 1)] });

        void Refused(string what, StyleInputs bad) => Assert.Contains(what, Assert.Throws<ReverieException>(() => Quick.Run(Network.Embedded, bad)).Message, StringComparison.Ordinal);
    }

    private static Picture Toned(ulong seed, float shift) => new(48, 48, Array.ConvertAll(StyleTransferTests.Picture(48, 48, seed).Rgb, value => Math.Clamp(0.5f + shift + 0.3f * (value - 0.5f), 0, 1)));

    private static Picture Halves(int height, int width, float left, float right)
    {
        var mask = new Picture(height, width);
        for (var index = 0; index < mask.Rgb.Length; index++) mask.Rgb[index] = index % width < width / 2 ? left : right;
        return mask;
    }

    private static (double Left, double Right) Means(Picture picture)
    {
        double left = 0, right = 0;
        for (var index = 0; index < picture.Rgb.Length; index++)
            if (index % picture.Width < picture.Width / 2) left += picture.Rgb[index];
            else right += picture.Rgb[index];
        return (left / picture.Rgb.Length * 2, right / picture.Rgb.Length * 2);
    }
}
