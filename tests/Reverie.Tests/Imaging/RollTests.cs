using CsCheck;
using Reverie.Imaging;

namespace Reverie.Tests.Imaging;

public class RollTests
{
    private static readonly Gen<(int C, int H, int W, int Dy, int Dx)> Cases =
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 12], Gen.Int[1, 12], Gen.Int[-40, 40], Gen.Int[-40, 40]);

    [Fact]
    public void Every_value_goes_where_numpy_roll_puts_it() => Cases.Sample(c =>
    {
        var source = Enumerable.Range(0, c.C * c.H * c.W).Select(i => (float)i).ToArray();
        var rolled = new float[source.Length];
        Roll.Shift(source, c.C, c.H, c.W, c.Dy, c.Dx, rolled);
        for (var k = 0; k < c.C; k++)
            for (var y = 0; y < c.H; y++)
                for (var x = 0; x < c.W; x++)
                {
                    var (v, u) = (((y + c.Dy) % c.H + c.H) % c.H, ((x + c.Dx) % c.W + c.W) % c.W);
                    if (rolled[(k * c.H + v) * c.W + u] != source[(k * c.H + y) * c.W + x]) return false;
                }
        return true;
    });

    [Fact]
    public void Rolling_back_restores_the_planes() => Cases.Sample(c =>
    {
        var source = Enumerable.Range(0, c.C * c.H * c.W).Select(i => (float)i).ToArray();
        var (rolled, back) = (new float[source.Length], new float[source.Length]);
        Roll.Shift(source, c.C, c.H, c.W, c.Dy, c.Dx, rolled);
        Roll.Shift(rolled, c.C, c.H, c.W, -c.Dy, -c.Dx, back);
        return back.SequenceEqual(source);
    });

    [Fact]
    public void Overlapping_or_wrong_sized_spans_are_refused()
    {
        var planes = new float[12];
        Assert.Throws<ArgumentException>(() => Roll.Shift(planes, 1, 3, 4, 1, 1, planes));
        Assert.Throws<ArgumentException>(() => Roll.Shift(planes, 1, 3, 5, 1, 1, new float[12]));
        Assert.Throws<ArgumentException>(() => Roll.Shift(planes, 1, 3, 4, 1, 1, new float[13]));
    }
}
