using CsCheck;
using Reverie.Imaging;

namespace Reverie.Tests.Imaging;

public class FftTests
{
    [Fact]
    public void A_transform_is_its_definition() => Gen.Select(Gen.Int[1, 70], Gen.ULong, Gen.Bool).Sample((length, seed, inverse) =>
    {
        var random = new CounterRandom(seed);
        double[] re = [.. Enumerable.Range(0, length).Select(_ => random.Normal())], im = [.. Enumerable.Range(0, length).Select(_ => random.Normal())];
        var (a, b) = ((double[])re.Clone(), (double[])im.Clone());
        Fft.Of(length).Transform(a, b, inverse);
        for (var k = 0; k < length; k++)
        {
            var (real, imaginary) = (0.0, 0.0);
            for (var n = 0; n < length; n++)
            {
                var (sin, cos) = Math.SinCos((inverse ? 2 : -2) * Math.PI * k * n / length);
                (real, imaginary) = (real + re[n] * cos - im[n] * sin, imaginary + re[n] * sin + im[n] * cos);
            }
            Assert.Equal(real, a[k], 1e-10 * length);
            Assert.Equal(imaginary, b[k], 1e-10 * length);
        }
    }, iter: 100);

    [Fact]
    public void Half_spectra_of_planes_are_the_definition_and_come_back() => Gen.Select(Gen.Int[1, 12], Gen.Int[1, 12], Gen.ULong).Sample((height, width, seed) =>
    {
        var plane = Noise(height * width, seed);
        var fft = new RealFft2(height, width);
        var spectrum = new float[2 * height * fft.HalfWidth];
        fft.Forward(plane, spectrum);
        for (var v = 0; v < height; v++)
            for (var u = 0; u < fft.HalfWidth; u++)
            {
                var (re, im) = (0.0, 0.0);
                for (var index = 0; index < plane.Length; index++)
                {
                    var (sin, cos) = Math.SinCos(-2 * Math.PI * ((double)v * (index / width) / height + (double)u * (index % width) / width));
                    (re, im) = (re + plane[index] * cos, im + plane[index] * sin);
                }
                Assert.Equal(re, spectrum[2 * (v * fft.HalfWidth + u)], 1e-4);
                Assert.Equal(im, spectrum[2 * (v * fft.HalfWidth + u) + 1], 1e-4);
            }
        var back = new float[plane.Length];
        fft.Inverse(spectrum, back);
        for (var index = 0; index < plane.Length; index++) Assert.Equal(plane[index], back[index], 1e-5f);
    }, iter: 60);

    [Fact]
    public void The_adjoint_of_the_inverse_is_its_transpose() => Gen.Select(Gen.Int[1, 17], Gen.Int[1, 17], Gen.ULong).Sample((height, width, seed) =>
    {
        var fft = new RealFft2(height, width);
        var (s, g) = (Noise(2 * height * fft.HalfWidth, seed), Noise(height * width, seed ^ 1));
        var (plane, adjoint) = (new float[g.Length], new float[s.Length]);
        fft.Inverse(s, plane);
        fft.InverseAdjoint(g, adjoint);
        Assert.Equal(Dot(plane, g), Dot(s, adjoint), 1e-4);
    }, iter: 80);

    internal static float[] Noise(int count, ulong seed)
    {
        var noise = new float[count];
        new CounterRandom(seed).FillNormal(noise);
        return noise;
    }

    internal static double Dot(float[] left, float[] right) => left.Zip(right, (a, b) => (double)a * b).Sum();
}
