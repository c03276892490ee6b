using Reverie.Imaging;
using Reverie.Video.Flow;

namespace Reverie.Tests.Video;

/// <summary>Flow on motion that is known exactly.</summary>
public sealed class OpticalFlowTests(ITestOutputHelper output)
{
    private const int Height = 180, Width = 320;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.4, -0.3)]
    [InlineData(3.25, 1.5)]
    [InlineData(-11.5, 6.25)]
    [InlineData(30, -14.6)]
    public void PansAreFoundToAThirdOfAPixel(double dx, double dy)
    {
        var texture = new MovingTexture(1);
        var error = Error(texture, (x, y) => (x + dx, y + dy), (x, y) => (x - dx, y - dy), 0);
        Assert.True(error < 0.1, $"mean end-point error {error:0.000}");
        var half = Error(texture, (x, y) => (x + dx, y + dy), (x, y) => (x - dx, y - dy), 1);
        Assert.True(half < 0.3, $"mean end-point error from half the size {half:0.000}");
        output.WriteLine($"pan {dx}, {dy}: {error:0.0000} px, from half the size {half:0.0000} px");
    }

    [Theory]
    [InlineData(1.05, 0)]
    [InlineData(0.93, 0)]
    [InlineData(1, 4)]
    [InlineData(1.03, -3)]
    public void ZoomsAndTurnsAreFound(double zoom, double degrees)
    {
        var (c, s) = (zoom * Math.Cos(degrees * Math.PI / 180), zoom * Math.Sin(degrees * Math.PI / 180));
        var norm = zoom * zoom;
        var (cx, cy) = ((Width - 1) / 2.0, (Height - 1) / 2.0);
        var error = Error(new MovingTexture(2), (x, y) => (cx + c * (x - cx) - s * (y - cy), cy + s * (x - cx) + c * (y - cy)),
            (x, y) => (cx + (c * (x - cx) + s * (y - cy)) / norm, cy + (c * (y - cy) - s * (x - cx)) / norm), 0);
        output.WriteLine($"zoom {zoom}, turn {degrees}: {error:0.0000} px");
        Assert.True(error < 0.3, $"mean end-point error {error:0.000}");
    }

    [Fact]
    public void WhatAnOccluderHidesIsMaskedAndTheRestIsNot()
    {
        // a textured disc moves to the right over a background that moves to the left
        const double Radius = 40, DiscX = 140, DiscY = 90, Shift = 9, Back = -4;
        var (ground, disc) = (new MovingTexture(3), new MovingTexture(4));
        var first = MovingTexture.Draw(Height, Width, (x, y) => On(x, y, 0) ? disc.At(x, y) : ground.At(x, y));
        var second = MovingTexture.Draw(Height, Width, (x, y) => On(x, y, Shift) ? disc.At(x - Shift, y) : ground.At(x - Back, y));
        var exact = MovingTexture.Flow(Height, Width, (x, y) => On(x, y, 0) ? (x + Shift, y) : (x + Back, y));
        var (forward, backward) = new OpticalFlow { Finest = 0 }.BothWays(first, second);

        var mask = FlowConsistency.Mask(forward, backward);
        var (hidden, caught, seen, kept) = (0, 0, 0, 0);
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
            {
                if (x + Back < 0) continue;
                var reliable = mask[y * Width + x] > 0;
                if (!On(x, y, 0) && On(x + Back, y, Shift))
                {
                    hidden++;
                    if (!reliable) caught++;
                }
                else if (Math.Abs(Math.Sqrt((x - DiscX) * (x - DiscX) + (y - DiscY) * (y - DiscY)) - Radius) > 12)
                {
                    seen++;
                    if (reliable) kept++;
                }
            }
        var error = exact.EndPointError(forward, mask);
        output.WriteLine($"hidden pixels caught: {(double)caught / hidden:P1}, visible ones kept: {(double)kept / seen:P1}, error where the mask says so {error:0.000} px");
        Assert.True(caught >= 0.9 * hidden);
        Assert.True(kept >= 0.95 * seen);
        Assert.True(error < 0.3, $"{error}");

        static bool On(double x, double y, double shift) => (x - DiscX - shift) * (x - DiscX - shift) + (y - DiscY) * (y - DiscY) < Radius * Radius;
    }

    [Fact]
    public void AChangeOfBrightnessIsNoMotion()
    {
        var texture = new MovingTexture(5);
        var first = MovingTexture.Draw(Height, Width, (x, y) => 0.8f * texture.At(x, y));
        var second = MovingTexture.Draw(Height, Width, (x, y) => 0.8f * texture.At(x - 2, y) + 0.1f);
        var exact = MovingTexture.Flow(Height, Width, (x, y) => (x + 2, y));
        var error = exact.EndPointError(new OpticalFlow().Between(first, second), MovingTexture.Inside(exact));
        Assert.True(error < 0.3, $"mean end-point error {error:0.000}");
    }

    [Fact]
    public void ThreadsDoNotMatter()
    {
        var texture = new MovingTexture(6);
        var first = MovingTexture.Draw(67, 93, (x, y) => texture.At(x, y));
        var second = MovingTexture.Draw(67, 93, (x, y) => texture.At(x - 2.5, y + 1));
        var one = new OpticalFlow { Threads = 1 }.Between(first, second);
        var many = new OpticalFlow { Threads = 7 }.Between(first, second);
        Assert.Equal(one.U, many.U);
        Assert.Equal(one.V, many.V);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 200)]
    [InlineData(40, 5)]
    [InlineData(33, 47)]
    public void AnySizeHasAFlow(int height, int width)
    {
        var texture = new MovingTexture(7);
        var flow = new OpticalFlow().Between(MovingTexture.Draw(height, width, (x, y) => texture.At(x, y)), MovingTexture.Draw(height, width, (x, y) => texture.At(x - 1, y)));
        Assert.Equal((height, width), (flow.Height, flow.Width));
        Assert.All(flow.U.Concat(flow.V), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void PicturesOfTwoSizesAreRefused() => Assert.Throws<ArgumentException>(() => new OpticalFlow().Between(new Picture(10, 10), new Picture(10, 11)));

    [Fact]
    public void WarpingByTheFlowBringsTheSecondPictureIntoTheFirstOnesPlace()
    {
        var texture = new MovingTexture(8);
        var flow = MovingTexture.Flow(Height, Width, (x, y) => (x + 3.5, y - 2.25));
        var second = texture.Draw(Height, Width, (x, y) => (x - 3.5, y + 2.25));
        var (warped, inside) = (FlowWarp.Apply(second.Rgb, 3, flow), MovingTexture.Inside(flow));
        var errors = Enumerable.Range(0, inside.Length).Where(index => inside[index] > 0).Select(index => Math.Abs(texture.At(index % Width, index / Width) - warped[index])).ToList();
        // what bilinear sampling costs waves of 5 pixels
        Assert.InRange(errors.Average(), 0, 0.02);
        Assert.InRange(errors.Max(), 0, 0.15);
    }

    [Fact]
    public void FlowFilesKeepEveryBit()
    {
        using var folder = new TempFolder();
        var random = new CounterRandom(9);
        var flow = new FlowField(7, 11);
        random.FillNormal(flow.U, 0, 30);
        random.FillNormal(flow.V, 0, 30);
        FlowFile.Write(folder["a.flo"], flow);
        var bytes = File.ReadAllBytes(folder["a.flo"]);
        Assert.Equal(202021.25f, BitConverter.ToSingle(bytes, 0));
        Assert.Equal((11, 7), (BitConverter.ToInt32(bytes, 4), BitConverter.ToInt32(bytes, 8)));
        Assert.Equal((flow.U[12], flow.V[12]), (BitConverter.ToSingle(bytes, 12 + 8 * 12), BitConverter.ToSingle(bytes, 16 + 8 * 12)));
        var read = FlowFile.Read(folder["a.flo"]);
        Assert.Equal(flow.U, read.U);
        Assert.Equal(flow.V, read.V);
        File.WriteAllBytes(folder["b.flo"], bytes[..^1]);
        Assert.Contains("cut off", Assert.Throws<ReverieException>(() => FlowFile.Read(folder["b.flo"])).Message, StringComparison.Ordinal);
        Assert.Contains("PIEH", Assert.Throws<ReverieException>(() => FlowFile.Read(folder.Write("c.flo", new byte[100]))).Message, StringComparison.Ordinal);
    }

    private static double Error(MovingTexture texture, MovingTexture.Motion motion, MovingTexture.Motion inverse, int finest)
    {
        var (first, second) = (MovingTexture.Draw(Height, Width, (x, y) => texture.At(x, y)), texture.Draw(Height, Width, inverse));
        var exact = MovingTexture.Flow(Height, Width, motion);
        return exact.EndPointError(new OpticalFlow { Finest = finest }.Between(first, second), MovingTexture.Inside(exact));
    }
}
