using Reverie.Imaging;
using Reverie.Runtime;

namespace Reverie.Models;

/// <summary>
/// Whether a network, fed as its card says, recognises a sample: a picture of a cat that is part of the library. A wrong card gives wrong pictures
/// silently, and this is how it shows: a wrong range costs nearly all of the probability of what is there. (The order of channels costs little;
/// a cat in the colours of another cat is still a cat.)
/// </summary>
public sealed record CardCheck
{
    // tabby, tiger cat, Persian cat, Siamese cat, Egyptian cat
    private static readonly int[] Cats = [281, 282, 283, 284, 285];

    /// <summary>The classes that the network sees in the sample, the likeliest first.</summary>
    public required IReadOnlyList<Prediction> Predictions { get; init; }

    /// <summary>The probability that it is some domestic cat, which it is.</summary>
    public required double Probability { get; init; }

    /// <summary>Whether a domestic cat is among the five likeliest classes.</summary>
    public required bool Recognised { get; init; }

    /// <summary>Other meanings of the input under which the sample is recognised far better, in words, the best first; mostly empty.</summary>
    public required IReadOnlyList<string> Better { get; init; }

    /// <summary>Feeds the sample to a network, as its card says and as the usual other cards would.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">Where and how to run; the defaults where null.</param>
    /// <param name="cancellation">Ends the run in flight.</param>
    /// <returns>What was found; null where the network's classes are not those of ImageNet, so that the sample says nothing.</returns>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static CardCheck? Run(Network network, RuntimeOptions? options = null, CancellationToken cancellation = default)
    {
        if (network.Labels != ClassLabels.ImageNet || network.Card.Output.Logits is null) return null;
        var sample = Sample();
        var predictions = network.Classify(sample, ClassLabels.ImageNet.Count, options, cancellation);
        var probability = OfCats(predictions);
        // Sessions depend on the graph alone, so that trying a card costs one run.
        var others = Alternatives(network.Card.Input)
            .Select(other => (other.Words, Probability: OfCats(network.With(network.Card with { Input = other.Input }).Classify(sample, ClassLabels.ImageNet.Count, options, cancellation))))
            .OrderByDescending(other => other.Probability).ToList();
        var enough = others.Count == 0 ? 1 : Math.Max(others[0].Probability / 2, Math.Max(0.05, 2 * probability));
        return new()
        {
            Predictions = [.. predictions.Take(5)],
            Probability = probability,
            Recognised = predictions.Take(5).Any(prediction => Cats.Contains(prediction.Class)),
            Better = [.. others.Where(other => other.Probability > enough).Select(other => other.Words)],
        };
    }

    /// <summary>The sample: 256 x 256 pixels, the middle of "Chelsea the cat" by Stefan van der Walt, CC0.</summary>
    public static Picture Sample()
    {
        var file = Path.Combine(Path.GetTempPath(), $"reverie-sample-{Guid.NewGuid():N}.jpg");
        try
        {
            using (var stream = File.Create(file)) stream.Write(Resources.Bytes("cat.jpg").Span);
            return Picture.Load(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReverieException($"the temporary folder {Path.GetTempPath()} cannot be written to: {exception.Message}", exception);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double OfCats(IReadOnlyList<Prediction> predictions) => predictions.Where(prediction => Cats.Contains(prediction.Class)).Sum(prediction => prediction.Probability);

    private static IEnumerable<(string Words, InputCard Input)> Alternatives(InputCard card)
    {
        if (card.Channels == ChannelOrder.GRAY) yield break;
        foreach (var channels in new[] { ChannelOrder.RGB, ChannelOrder.BGR })
        {
            if (channels != card.Channels)
                yield return ($"channels {channels}", card with { Channels = channels, Mean = [.. card.Mean.Reverse()], Std = [.. card.Std.Reverse()] });
            var imageNet = new InputCard { Size = card.Size, Layout = card.Layout, Channels = channels };
            float[] mean = channels == ChannelOrder.RGB ? [0.485f, 0.456f, 0.406f] : [0.406f, 0.456f, 0.485f];
            float[] std = channels == ChannelOrder.RGB ? [0.229f, 0.224f, 0.225f] : [0.225f, 0.224f, 0.229f];
            float[] caffe = channels == ChannelOrder.RGB ? [123, 117, 104] : [104, 117, 123];
            yield return ($"channels {channels}, range [0,1], mean and std of ImageNet", imageNet with { Mean = mean, Std = std });
            yield return ($"channels {channels}, range [0,1], mean 0, std 1", imageNet);
            yield return ($"channels {channels}, range [-1,1], mean 0, std 1", imageNet with { Range = [-1, 1] });
            yield return ($"channels {channels}, range [0,255], mean [{string.Join(",", caffe)}], std 1", imageNet with { Range = [0, 255], Mean = caffe });
            yield return ($"channels {channels}, range [0,255], mean 0, std 1", imageNet with { Range = [0, 255] });
        }
    }
}
