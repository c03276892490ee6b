using Reverie.Explain;
using Reverie.Imaging;

namespace Reverie.Tests.Explain;

/// <summary>The parts into which a picture is divided.</summary>
public sealed class FeaturesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    public void Superpixels_are_about_as_many_as_asked_numbered_without_gaps_and_connected(int segments)
    {
        var photo = Picture.Load(Shared.InRepository("samples", "chelsea.png")).Resize(150, 225);
        var ids = Features.Superpixels(segments).Divide(photo);
        var count = ids.Max() + 1;
        Assert.InRange(count, Math.Max(1, segments * 0.6), segments * 1.5);
        Assert.Equal(Enumerable.Range(0, count), ids.Distinct().Order());
        Assert.Equal(count, Pieces(ids, 150, 225));
    }

    [Fact]
    public void Superpixels_keep_to_edges()
    {
        // a disc on a ground of another colour
        var picture = new Picture(80, 80);
        for (var at = 0; at < 6400; at++) picture.Rgb[at] = Math.Pow(at / 80 - 37, 2) + Math.Pow(at % 80 - 41, 2) < 400 ? 1 : 0.2f;
        var ids = Features.Superpixels(30).Divide(picture);
        var mixed = Enumerable.Range(0, 6400).GroupBy(at => ids[at]).Sum(group => Math.Min(group.Count(at => picture.Rgb[at] == 1), group.Count(at => picture.Rgb[at] != 1)));
        Assert.InRange(mixed, 0, 64);
    }

    [Fact]
    public void A_grid_has_squares_and_a_mask_has_colours()
    {
        var picture = new Picture(10, 12);
        var grid = Features.Grid(5).Divide(picture);
        Assert.Equal(6, grid.Max() + 1);
        Assert.Equal((0, 2, 5), (grid[0], grid[11], grid[^1]));
        using var folder = new TempFolder();
        var mask = new Picture(10, 12);
        mask.Plane(1)[..60].Fill(1);
        mask.Save(folder["mask.png"]);
        var parts = Features.Parse(folder["mask.png"]).Divide(picture);
        Assert.Equal((0, 1), (parts[0], parts[^1]));
        Assert.Contains("12 x 10", Assert.Throws<ReverieException>(() => Features.Parse(folder["mask.png"]).Divide(new Picture(9, 9))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slic", "slic:50")]
    [InlineData("SLIC:7", "slic:7")]
    [InlineData("grid:4", "grid:4")]
    [InlineData("pixels", "pixels")]
    public void Features_are_read_from_text(string text, string expected) => Assert.Equal(expected, Features.Parse(text).ToString());

    [Theory]
    [InlineData("slic:0")]
    [InlineData("grid:-1")]
    [InlineData("nonsense")]
    public void Other_texts_are_refused(string text) => Assert.Throws<ReverieException>(() => Features.Parse(text));

    [Fact]
    public void Lab_is_that_of_the_standard()
    {
        // values of Bruce Lindbloom's calculator for sRGB (255,0,0), white and (18,52,86) under D65
        var picture = new Picture(1, 3, [1, 1, 18 / 255f, 0, 1, 52 / 255f, 0, 1, 86 / 255f]);
        var lab = Cielab.Of(picture);
        double[] expected = [53.24, 100, 21.04, 80.09, 0, 1.06, 67.20, 0, -24.09];
        for (var index = 0; index < 9; index++) Assert.Equal(expected[index], lab[index], 0.1);
    }

    private static int Pieces(int[] ids, int height, int width)
    {
        var (seen, pieces) = (new bool[ids.Length], 0);
        for (var start = 0; start < ids.Length; start++)
        {
            if (seen[start]) continue;
            pieces++;
            var queue = new Queue<int>([start]);
            seen[start] = true;
            while (queue.TryDequeue(out var at))
                foreach (var next in new[] { at - width, at + width, at % width > 0 ? at - 1 : -1, at % width < width - 1 ? at + 1 : -1 })
                    if (next >= 0 && next < height * width && !seen[next] && ids[next] == ids[start])
                    {
                        seen[next] = true;
                        queue.Enqueue(next);
                    }
        }
        return pieces;
    }
}
