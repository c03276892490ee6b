using Reverie.Imaging;

namespace Reverie.Explain;

/// <summary>An explanation of a picture: how much each place of the network's input counts for the target, and how far that can be trusted.</summary>
public sealed class Attribution
{
    internal Attribution(AttributionMethod method, PictureSubject subject, RawAttribution raw)
    {
        (Method, Raw, Label, Class, Score, Placement) = (method, raw, subject.Label, subject.Class, subject.Score, subject.Placement);
        Network = subject.Network.Name;
        Target = subject.Target;
        Probability = subject.Class is { } index ? subject.Predictions.FirstOrDefault(each => each.Class == index)?.Probability : null;
        Map = raw.Layer is null ? subject.ToPlanes(raw.Maps[0]) : Enlarged(raw.Maps[0], raw.Layer, subject.Seen.Height, subject.Seen.Width);
        if (method.Reference is not { } reference) return;
        Baseline = reference;
        var baselines = subject.Baselines(reference);
        BaselineScore = raw.Balance?.BaselineScores is { } scores ? scores[0] : baselines.Average(each => subject.Subject.Scores([each])[0]);
        BaselineLabel = baselines is [var only] ? subject.TopClass(only)?.Label : null;
    }

    /// <summary>The method and its settings.</summary>
    public AttributionMethod Method { get; }

    /// <summary>
    /// The attributions [1,C,H,W] at the size of the network's input, unrendered; C is the input's channels, or 1 for methods about a layer, whose map was enlarged
    /// by linear interpolation.
    /// </summary>
    public Signal Map { get; }

    /// <summary>What the method gave: a layer's map in its own size, what the sum ought to be, notes.</summary>
    public RawAttribution Raw { get; }

    /// <summary>The network's name.</summary>
    public string Network { get; }

    /// <summary>What was explained.</summary>
    public Target Target { get; }

    /// <summary>The target in words: the class's name, mostly.</summary>
    public string Label { get; }

    /// <summary>The class that the target is about, or null.</summary>
    public int? Class { get; }

    /// <summary>f(x).</summary>
    public double Score { get; }

    /// <summary>The probability of the class, where it is among the five likeliest.</summary>
    public double? Probability { get; }

    /// <summary>What the picture was compared with, or null.</summary>
    public Baseline? Baseline { get; }

    /// <summary>f of the baseline, the mean where there are several.</summary>
    public double? BaselineScore { get; }

    /// <summary>What the network sees in the baseline.</summary>
    public string? BaselineLabel { get; }

    /// <summary>Where in the photo the map lies.</summary>
    public Placement Placement { get; }

    /// <summary>
    /// The completeness error |sum of attributions - what they ought to sum to| / |what they ought to sum to|; null where the method promises no sum, or biases take their share
    /// (<see cref="BiasShare"/>).
    /// </summary>
    public double? Gap => Method.BiasesTakeShare ? null : Raw.Balance?.Gap(0);

    /// <summary>What the network's biases took of f(x), as a fraction of it: 1 - sum / f(x); negative where they gave. Null for methods that give biases nothing.</summary>
    public double? BiasShare => Method.BiasesTakeShare && Raw.Balance is { } balance && balance.Expected[0] != 0 ? 1 - balance.Sums[0] / balance.Expected[0] : null;

    /// <summary>What the user ought to know, in one sentence each.</summary>
    public IReadOnlyList<string> Notes => Map.Values.Any(value => value != 0) ? Raw.Notes
        : [.. Raw.Notes, "the map is zero everywhere: there is nothing to see in its picture"];

    /// <summary>Rows of the map.</summary>
    public int Height => (int)Map.Shape[2];

    /// <summary>Columns of the map.</summary>
    public int Width => (int)Map.Shape[3];

    /// <summary>The map [H,W] with the channels summed: signs kept, so that it still adds up.</summary>
    public double[] Sum()
    {
        var area = Height * Width;
        var sum = new double[area];
        for (var index = 0; index < Map.Values.Length; index++) sum[index % area] += Map.Values[index];
        return sum;
    }

    // A layer's map, summed over its channels, at the input's size.
    private static Signal Enlarged(Signal map, string layer, int height, int width)
    {
        if (map.Shape is not [1, var channels, var rows, var columns])
            throw new ReverieException($"the layer '{layer}' is {map}: it has no rows and columns to lay over the picture; choose an earlier one");
        var (small, area) = (new float[rows * columns], (int)(rows * columns));
        for (var place = 0; place < area; place++)
        {
            var sum = 0.0;
            for (var channel = 0; channel < channels; channel++) sum += map.Values[channel * area + place];
            small[place] = (float)sum;
        }
        var large = Resampling.Resize(small, 1, (int)rows, (int)columns, height, width, ResampleKernel.Bilinear);
        return new(Array.ConvertAll(large, value => (double)value), [1, 1, height, width]);
    }
}
