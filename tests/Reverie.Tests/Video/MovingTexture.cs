using Reverie.Imaging;
using Reverie.Video.Flow;

namespace Reverie.Tests.Video;

/// <summary>
/// A texture that is defined everywhere (a sum of waves of 5 to 60 pixels), so that a picture of it under any motion, and the flow, are exact and not resampled.
/// </summary>
internal sealed class MovingTexture
{
    private readonly (double X, double Y, double Phase, double Height)[] _waves;

    public MovingTexture(ulong seed)
    {
        var random = new CounterRandom(seed, 77);
        _waves = [.. Enumerable.Range(0, 40).Select(_ =>
        {
            var (length, angle) = (5 * Math.Pow(12, random.Uniform()), random.Uniform(0, 2 * Math.PI));
            return (2 * Math.PI / length * Math.Cos(angle), 2 * Math.PI / length * Math.Sin(angle), random.Uniform(0, 2 * Math.PI), Math.Sqrt(length / 60) * 0.12);
        })];
    }

    /// <summary>A way from a place in the first picture to that in the second.</summary>
    public delegate (double X, double Y) Motion(double x, double y);

    /// <summary>The texture's value at a place, from 0 to 1.</summary>
    public float At(double x, double y)
    {
        var sum = 0.0;
        foreach (var (kx, ky, phase, height) in _waves) sum += height * Math.Sin(kx * x + ky * y + phase);
        return (float)Math.Clamp(0.5 + sum, 0, 1);
    }

    /// <summary>A grey picture of a function.</summary>
    public static Picture Draw(int height, int width, Func<double, double, float> at)
    {
        var picture = new Picture(height, width);
        Parallel.For(0, height, y =>
        {
            for (var x = 0; x < width; x++)
                for (var channel = 0; channel < 3; channel++)
                    picture.Rgb[(channel * height + y) * width + x] = channel == 0 ? at(x, y) : picture.Rgb[y * width + x];
        });
        return picture;
    }

    /// <summary>The picture that a motion makes: each place shows what came there.</summary>
    public Picture Draw(int height, int width, Motion inverse) => Draw(height, width, (x, y) =>
    {
        var (fromX, fromY) = inverse(x, y);
        return At(fromX, fromY);
    });

    /// <summary>The exact flow of a motion.</summary>
    public static FlowField Flow(int height, int width, Motion motion)
    {
        var flow = new FlowField(height, width);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var (toX, toY) = motion(x, y);
                (flow.U[y * width + x], flow.V[y * width + x]) = ((float)(toX - x), (float)(toY - y));
            }
        return flow;
    }

    /// <summary>1 where the flow stays inside the picture.</summary>
    public static float[] Inside(FlowField flow)
    {
        var inside = new float[flow.U.Length];
        for (var index = 0; index < inside.Length; index++)
        {
            var (x, y) = (index % flow.Width + flow.U[index], index / flow.Width + flow.V[index]);
            inside[index] = x >= 0 && y >= 0 && x <= flow.Width - 1 && y <= flow.Height - 1 ? 1 : 0;
        }
        return inside;
    }
}
