using CsCheck;
using Reverie.Dream.Visualisation;
using static Reverie.Tests.Imaging.FftTests;

namespace Reverie.Tests.Dream;

public class ParameterisationTests
{
    [Theory]
    [InlineData(16, 16, 0)]
    [InlineData(15, 12, 0)]
    [InlineData(16, 16, 1)]
    [InlineData(12, 17, 1)]
    [InlineData(9, 10, 2)]
    public void Gradients_are_those_of_finite_differences(int height, int width, int kind)
    {
        IParameterisation made = kind switch { 0 => new FourierParameterisation(height, width), 1 => new MacoParameterisation(height, width), _ => new PixelParameterisation(height, width) };
        var p = made.Start(new(3));
        var (picture, g) = (new float[3 * height * width], Noise(3 * height * width, 5));
        made.Draw(p, picture);
        Assert.All(picture, value => Assert.InRange(value, 0, 1));
        var result = new float[p.Length];
        made.PullBack(p, picture, (float[])g.Clone(), result);
        var d = Noise(p.Length, 9);
        var h = kind == 0 ? 1e-4f : 1e-2f;
        var difference = (Dot(At(h), g) - Dot(At(-h), g)) / (2 * h);
        Assert.Equal(difference, Dot(result, d), 0.01 * Math.Max(1, Math.Abs(difference)));

        float[] At(float step)
        {
            var drawn = new float[picture.Length];
            made.Draw([.. p.Zip(d, (a, b) => a + step * b)], drawn);
            return drawn;
        }
    }

    [Fact]
    public void The_adjoint_of_a_view_is_its_transpose() => Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20], Gen.ULong, Gen.Double[0, 3]).Sample((height, width, seed, strength) =>
    {
        var view = AffineView.Random(new(seed), Math.Max(height, width), strength);
        var (x, y) = (Noise(2 * height * width, seed), Noise(2 * height * width, seed ^ 1));
        var (shown, ground, back) = (new float[x.Length], new float[x.Length], new float[x.Length]);
        view.Draw(x, 2, height, width, shown);
        view.Draw(new float[x.Length], 2, height, width, ground);   // the grey beyond the borders
        view.PullBack(y, 2, height, width, back);
        Assert.Equal(Dot([.. shown.Zip(ground, (a, b) => a - b)], y), Dot(x, back), 1e-3);
    }, iter: 80);

    [Fact]
    public void A_view_straight_on_is_the_picture()
    {
        var x = Noise(3 * 7 * 9, 1);
        var shown = new float[x.Length];
        new AffineView(0, 0, 1, 0).Draw(x, 3, 7, 9, shown);
        Assert.Equal(x, shown);
    }
}
