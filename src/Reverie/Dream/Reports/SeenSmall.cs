using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Reports;

/// <summary>Pictures as a network sees them at a glance: small, each pixel the mean of those that it stands for.</summary>
internal static class SeenSmall
{
    /// <summary>The longer side in pixels: what classifiers are trained at.</summary>
    public const int LongSide = 224;

    /// <summary>A picture made small, in a pass over its rows; one that is smaller stays as it is.</summary>
    public static Picture Of(PlaneStore picture)
    {
        var (height, width) = Math.Max(picture.Height, picture.Width) <= LongSide ? (picture.Height, picture.Width) : Fit.LongSide(picture.Height, picture.Width, LongSide);
        var (small, row, sums) = (new Picture(height, width), new float[picture.Width], new double[width]);
        for (var channel = 0; channel < 3; channel++)
            for (var y = 0; y < height; y++)
            {
                var (top, bottom) = Part(y, height, picture.Height);
                Array.Clear(sums);
                for (var line = top; line < bottom; line++)
                {
                    picture.Read(((long)channel * picture.Height + line) * picture.Width, row);
                    for (var x = 0; x < width; x++)
                    {
                        var (left, right) = Part(x, width, picture.Width);
                        foreach (var value in row.AsSpan(left, right - left)) sums[x] += value;
                    }
                }
                for (var x = 0; x < width; x++)
                {
                    var (left, right) = Part(x, width, picture.Width);
                    small.Rgb[(channel * height + y) * width + x] = (float)(sums[x] / ((bottom - top) * (right - left)));
                }
            }
        return small;
    }

    /// <summary>The energies of a layer's channels: half the mean square over all places; of classes, their probabilities.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static double[] Energies(Network network, string layer, Picture picture, RuntimeOptions? options, CancellationToken cancellation)
    {
        layer = network.Graph.Resolve(layer);
        var isClasses = network.Card.Output.Logits is not null && layer == network.Logits;
        // classes are told at the size that the network was trained at
        var seen = network.SizeReason is null && !isClasses ? picture : network.Crop(picture);
        using var results = network.CompiledTo(layer, options).Run(new Dictionary<string, RuntimeTensor> { [network.Input] = network.ToInput(seen) }, cancellation: cancellation);
        var tensor = results[layer];
        var (values, channels) = (tensor.ToDoubles(), (int)tensor.Shape[1]);
        if (isClasses)
        {
            var highest = values.Max();
            var sum = values.Sum(value => Math.Exp(value - highest));
            return Array.ConvertAll(values, value => Math.Exp(value - highest) / sum);
        }
        var places = values.Length / channels;
        return [.. Enumerable.Range(0, channels).Select(channel =>
        {
            var energy = 0.0;
            foreach (var value in values.AsSpan(channel * places, places)) energy += value * value;
            return energy / places / 2;
        })];
    }

    private static (int From, int To) Part(int index, int parts, int size) => ((int)((long)index * size / parts), (int)((index + 1L) * size / parts));
}
