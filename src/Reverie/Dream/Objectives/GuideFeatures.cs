using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Dream.Objectives;

/// <summary>What a network sees in the guide pictures of a dream, at the layers where they guide.</summary>
internal sealed class GuideFeatures(Network network, IReadOnlyList<Picture> pictures, RuntimeOptions? options)
{
    /// <summary>Guides are seen at this size on their longer side, about what networks are trained at, so that their features do not depend on the camera.</summary>
    public const int LongSide = 256;

    private readonly Dictionary<(string Layer, int Picture), (float[] Features, int Places, int Channels)> _seen = [];

    /// <summary>The features of a term's guide, [places, channels].</summary>
    /// <exception cref="ReverieException">There is no such picture, or the layer has no places.</exception>
    public (float[] Features, int Places, int Channels) Of(ObjectiveTerm term)
    {
        if (term.Guide is not { } number || number < 0 || number >= pictures.Count) throw new ReverieException($"the guide picture of {term} is not given");
        if (_seen.TryGetValue((term.Layer, number), out var known)) return known;
        var picture = pictures[number].Alpha is null ? pictures[number] : pictures[number].Flatten();
        var (height, width) = Fit.LongSide(picture.Height, picture.Width, LongSide);
        using var results = network.CompiledTo(term.Layer, options).Run(new Dictionary<string, RuntimeTensor> { [network.Input] = network.ToInput(picture.Resize(height, width)) });
        var tensor = results[network.Graph.Resolve(term.Layer)];
        if (tensor.Shape is not [1, var channels, var rows, var columns] || rows * columns == 0)
            throw new ReverieException($"{term.Layer} has no places in which a guide could be compared: its shape is not [N,C,H,W]");
        var planes = tensor.Span<float>();
        var places = (int)(rows * columns);
        var features = new float[places * channels];
        for (var channel = 0; channel < channels; channel++)
            for (var place = 0; place < places; place++) features[place * channels + channel] = planes[channel * places + place];
        return _seen[(term.Layer, number)] = (features, places, (int)channels);
    }

    /// <summary>The features of a term's guide summed over its places, scaled to length 1.</summary>
    public float[] SumOf(ObjectiveTerm term)
    {
        var (features, places, channels) = Of(term);
        var sums = new double[channels];
        for (var place = 0; place < places; place++)
            for (var channel = 0; channel < channels; channel++) sums[channel] += features[place * channels + channel];
        var norm = Math.Sqrt(sums.Sum(sum => sum * sum));
        return norm > 0 ? Array.ConvertAll(sums, sum => (float)(sum / norm)) : throw new ReverieException($"{term.Layer} sees nothing in the guide picture; take another layer or guide");
    }
}
