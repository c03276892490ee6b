using Reverie.Imaging;
using Reverie.Models;
using Reverie.Runtime;

namespace Reverie.Style;

/// <summary>
/// Regions of two pictures that look alike to a network: the features of both, each picture's brought to mean 0 and deviation 1 so that its own sky is its sky, are clustered together
/// by k-means; what falls into one cluster belongs together.
/// </summary>
internal static class RegionFinder
{
    private const int LongSide = 256, Rounds = 30, Starts = 6;
    private const ulong Stream = 12;

    // A cluster that is hardly there in one of the pictures pairs nothing.
    private const double LeastShare = 0.04;

    // How much a place's height counts among the features: enough to hold a sky together.
    private const float HeightWeight = 1.5f;

    /// <summary>Finds up to <paramref name="count"/> regions; the first style gives all of them.</summary>
    /// <exception cref="ReverieException">The pictures fall into one region only.</exception>
    public static StyleRegions Find(Network network, Picture content, IReadOnlyList<Picture> styles, int count, ulong seed, RuntimeOptions? options)
    {
        var pictures = new List<Picture> { content };
        pictures.AddRange(styles);
        var maps = pictures.Select(picture => Features(network, picture, options)).ToList();
        var places = maps.SelectMany(map => map.Places).ToList();
        // k-means ends in a local minimum, and where depends on where it begins: the best of several
        var random = new CounterRandom(seed, Stream);
        var labels = Enumerable.Range(0, Starts).Select(_ => Cluster(places, count, random)).MinBy(start => start.Spread).Labels;
        var start = 0;
        var own = maps.Select(map =>
        {
            var part = labels[start..(start + map.Places.Count)];
            start += map.Places.Count;
            return part;
        }).ToList();
        // a region must be in the content and in one of the styles
        var kept = Enumerable.Range(0, count).Where(label => Share(own[0], label) >= LeastShare && own.Skip(1).Any(part => Share(part, label) >= LeastShare)).ToList();
        if (kept.Count < 2) throw new ReverieException("content and style have no two regions in common; leave --regions out, or paint masks (--content-mask, --style-mask)");
        var centres = kept.ToDictionary(label => label, label => Mean([.. places.Where((_, index) => labels[index] == label)]));
        var masks = maps.Select((map, picture) => Masks(map, own[picture], kept, centres, pictures[picture])).ToList();
        return new()
        {
            Content = masks[0],
            StyleOf = [.. kept.Select(label => Enumerable.Range(0, styles.Count).MaxBy(style => Share(own[style + 1], label)))],
            Styles = [.. masks.Skip(1)],
        };
    }

    private sealed record Map(int Height, int Width, IReadOnlyList<float[]> Places);

    private static Map Features(Network network, Picture picture, RuntimeOptions? options)
    {
        var (height, width) = Fit.LongSide(picture.Height, picture.Width, Math.Min(LongSide, Math.Max(picture.Height, picture.Width)));
        var layer = network.Graph.Resolve(StyleLayers.Content(network)[0]);
        using var results = network.CompiledTo(layer, options).Run(new Dictionary<string, RuntimeTensor> { [network.Input] = network.ToInput(picture.Resize(height, width)) });
        var tensor = results[layer];
        if (tensor.Shape is not [1, var channels, var rows, var columns]) throw new ReverieException($"{layer} is no map of features; regions cannot be found with {network.Name}");
        var values = tensor.Span<float>();
        var count = (int)(rows * columns);
        var places = Enumerable.Range(0, count).Select(_ => new float[channels + 1]).ToList();
        var moments = new (double Mean, double Variance)[channels];
        for (var channel = 0; channel < channels; channel++)
        {
            double sum = 0, square = 0;
            foreach (var value in values.Slice(channel * count, count))
            {
                sum += value;
                square += (double)value * value;
            }
            moments[channel] = (sum / count, Math.Max(square / count - sum / count * (sum / count), 0));
        }
        // Unit variance over all channels together: each counts alike, however many there are. But one that fires at a place or two must not make them a region of their own,
        // so that a channel counts as having at least a tenth of the root mean square deviation.
        var least = Math.Max(0.01 * moments.Average(moment => moment.Variance), 1e-12);
        for (var channel = 0; channel < channels; channel++)
        {
            var plane = values.Slice(channel * count, count);
            var (mean, scale) = (moments[channel].Mean, 1 / Math.Sqrt(Math.Max(moments[channel].Variance, least) * channels));
            for (var place = 0; place < count; place++) places[place][channel] = (float)((plane[place] - mean) * scale);
        }
        for (var place = 0; place < count; place++) places[place][channels] = HeightWeight * ((place / columns + 0.5f) / rows - 0.5f);
        return new((int)rows, (int)columns, places);
    }

    // k-means with the seeding of Arthur and Vassilvitskii 2007
    private static (int[] Labels, double Spread) Cluster(List<float[]> places, int count, CounterRandom random)
    {
        var centres = new List<float[]> { places[random.Next(0, places.Count - 1)] };
        var nearest = places.Select(place => Distance(place, centres[0])).ToArray();
        while (centres.Count < count)
        {
            var pick = random.Uniform(0, nearest.Sum());
            var index = 0;
            while (index < places.Count - 1 && (pick -= nearest[index]) > 0) index++;
            centres.Add(places[index]);
            for (var place = 0; place < places.Count; place++) nearest[place] = Math.Min(nearest[place], Distance(places[place], places[index]));
        }
        var labels = new int[places.Count];
        for (var round = 0; round < Rounds; round++)
        {
            var changed = false;
            for (var place = 0; place < places.Count; place++)
            {
                var best = Nearest(places[place], centres);
                changed |= best != labels[place];
                labels[place] = best;
            }
            if (!changed && round > 0) break;
            for (var label = 0; label < count; label++)
            {
                var members = places.Where((_, index) => labels[index] == label).ToList();
                if (members.Count > 0) centres[label] = Mean(members);
            }
        }
        return (labels, places.Select((place, index) => Distance(place, centres[labels[index]])).Sum());
    }

    // Soft edges come from enlarging; a place whose own cluster was dropped goes to the nearest that was kept.
    private static List<float[]> Masks(Map map, int[] labels, List<int> kept, Dictionary<int, float[]> centres, Picture picture)
    {
        var masks = kept.Select(_ => new float[labels.Length]).ToList();
        var list = kept.Select(label => centres[label]).ToList();
        for (var place = 0; place < labels.Length; place++)
        {
            var region = kept.IndexOf(labels[place]);
            masks[region >= 0 ? region : Nearest(map.Places[place], list)][place] = 1;
        }
        return [.. masks.Select(mask => Resampling.Resize(mask, 1, map.Height, map.Width, picture.Height, picture.Width, ResampleKernel.Bilinear))];
    }

    private static double Share(int[] labels, int label) => labels.Count(each => each == label) / (double)labels.Length;

    private static float[] Mean(List<float[]> members)
    {
        var mean = new float[members[0].Length];
        foreach (var member in members) System.Numerics.Tensors.TensorPrimitives.Add(mean, member, mean);
        System.Numerics.Tensors.TensorPrimitives.Divide(mean, (float)members.Count, mean);
        return mean;
    }

    private static int Nearest(float[] place, List<float[]> centres)
    {
        var best = 0;
        for (var index = 1; index < centres.Count; index++)
            if (Distance(place, centres[index]) < Distance(place, centres[best])) best = index;
        return best;
    }

    private static double Distance(float[] left, float[] right)
    {
        var distance = System.Numerics.Tensors.TensorPrimitives.Distance(left, right);
        return distance * distance;
    }
}
