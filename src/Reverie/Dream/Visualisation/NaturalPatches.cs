using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;
using Reverie.Tiling;

namespace Reverie.Dream.Visualisation;

/// <summary>A part of a picture that excites a channel.</summary>
/// <param name="Picture">Which picture, from 0.</param>
/// <param name="Part">What of it the exciting neuron sees.</param>
/// <param name="Activation">The neuron's activation.</param>
public sealed record NaturalPatch(int Picture, Picture Part, double Activation);

/// <summary>The parts of pictures that excite a channel most, and how usual that is.</summary>
/// <param name="Channel">The channel, from 0.</param>
/// <param name="Best">The most exciting patch of each picture, the strongest first.</param>
/// <param name="Extreme">The activation that one in a thousand of the pictures' patches exceeds.</param>
public sealed record ChannelPatches(int Channel, IReadOnlyList<NaturalPatch> Best, double Extreme);

/// <summary>Seeks the parts of given pictures that excite channels most: what a filter answers to in the world, beside what it would like best.</summary>
public static class NaturalPatches
{
    /// <summary>Pictures are seen at this size on their longer side, at which objects are about as large as networks are trained on.</summary>
    public const int LongSide = 320;

    // enough of a picture's places for a percentile; all are searched for the best
    private const int Sampled = 20_000;

    /// <summary>Seeks.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">The layer, [N,C,H,W] or [N,C]; of the latter whole pictures are the patches.</param>
    /// <param name="channels">The channels.</param>
    /// <param name="pictures">The pictures, one after the other.</param>
    /// <param name="count">How many patches of each channel to keep, each of another picture.</param>
    /// <param name="progress">Told the number of pictures done.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <exception cref="ReverieException">There is no such layer.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static IReadOnlyList<ChannelPatches> Seek(Network network, string layer, IReadOnlyList<int> channels, IEnumerable<Picture> pictures, int count,
        IProgress<int>? progress = null, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        var compiled = network.CompiledTo(layer, options);
        layer = network.Graph.Resolve(layer);
        var (best, samples) = (channels.Select(_ => new List<NaturalPatch>()).ToList(), channels.Select(_ => new List<float>()).ToList());
        var (number, field) = (0, (ReceptiveField?)null);
        foreach (var each in pictures)
        {
            var picture = Seen(network, each);
            using var results = compiled.Run(new Dictionary<string, RuntimeTensor> { [network.Input] = network.ToInput(picture) }, cancellation: cancellation);
            var tensor = results[layer];
            var (values, shape) = (tensor.ToArray<float>(), tensor.Shape.ToArray());
            if (shape is not ([1, _] or [1, _, _, _])) throw new ReverieException($"{layer} is {tensor}; only layers of shape [N,C,H,W] or [N,C] have channels");
            var places = values.Length / (int)shape[1];
            if (shape.Length == 4 && places > 1) field ??= Locality.Of(network.Graph, [layer], network.Input).FieldOf(layer).Y;
            for (var index = 0; index < channels.Count; index++)
            {
                var plane = values.AsSpan(channels[index] * places, places);
                var highest = 0;
                for (var place = 0; place < places; place++)
                    if (plane[place] > plane[highest]) highest = place;
                for (var place = 0; place < places; place += Math.Max(1, places / Sampled)) samples[index].Add(plane[place]);
                Keep(best[index], number, plane[highest], count, () => field is null ? picture : Part(picture, field, highest / (int)shape[3], highest % (int)shape[3]));
            }
            progress?.Report(++number);
        }
        return [.. channels.Select((channel, index) => new ChannelPatches(channel, best[index], Extreme(samples[index])))];
    }

    private static Picture Seen(Network network, Picture picture)
    {
        if (network.SizeReason is not null) return network.Crop(picture);
        var opaque = picture.Alpha is null ? picture : picture.Flatten();
        var (height, width) = Fit.LongSide(opaque.Height, opaque.Width, LongSide);
        return opaque.Resize(height, width);
    }

    private static void Keep(List<NaturalPatch> best, int picture, float activation, int count, Func<Picture> part)
    {
        if (best.Count == count && activation <= best[^1].Activation) return;
        best.Insert(best.FindIndex(patch => patch.Activation < activation) is >= 0 and var at ? at : best.Count, new(picture, part(), activation));
        if (best.Count > count) best.RemoveAt(count);
    }

    // What a neuron sees, moved inwards where it reaches beyond the picture; square, and large enough to look at.
    private static Picture Part(Picture picture, ReceptiveField field, int row, int column)
    {
        var side = (int)Math.Min(Math.Max(field.Size, 24), Math.Min(picture.Height, picture.Width));
        var middle = (field.Alignment - field.HaloBefore + field.HaloAfter) / 2.0 - (field.Alignment - field.Stride) / 2;
        return picture.Crop(Top(row, picture.Height), Top(column, picture.Width), side, side);

        int Top(int position, int size) => Math.Clamp((int)Math.Round(position * field.Stride + middle - side / 2.0), 0, size - side);
    }

    private static double Extreme(List<float> samples)
    {
        if (samples.Count == 0) return double.NaN;
        samples.Sort();
        return samples[(int)Math.Min(samples.Count - 1, Math.Ceiling(0.999 * samples.Count) - 1)];
    }
}
