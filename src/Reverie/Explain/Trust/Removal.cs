namespace Reverie.Explain;

/// <summary>
/// Parts of a picture taken away, down to the method's own baseline (the mean colour where it has none): what the attributions claim that they are worth, and what f really loses.
/// </summary>
internal sealed class Removal
{
    private readonly PictureSubject _subject;
    private readonly Signal _baseline;
    private readonly double[] _worth;

    public Removal(PictureSubject subject, Attribution attribution)
    {
        (_subject, _baseline) = (subject, subject.Baselines(attribution.Method.Reference ?? Baseline.Mean)[0]);
        _worth = Worth(attribution);
    }

    /// <summary>Takes sets of pixels away, each from the whole picture.</summary>
    public (double[] Claimed, double[] Lost) Measure(IReadOnlyList<int[]> sets, CancellationToken cancellation)
    {
        var (input, baseline) = (_subject.Input.Values, _baseline.Values);
        var last = _subject.Network.Card.Input.Layout == Models.InputLayout.NHWC;
        var channels = input.Length / _worth.Length;
        var scores = _subject.Subject.Scores(sets.Count, [_subject.Input], (index, into) =>
        {
            input.CopyTo(into[0], 0);
            foreach (var pixel in sets[index])
                for (var channel = 0; channel < channels; channel++)
                {
                    var at = last ? pixel * channels + channel : channel * _worth.Length + pixel;
                    into[0][at] = baseline[at];
                }
        }, null, cancellation);
        return ([.. sets.Select(set => set.Sum(pixel => _worth[pixel]))], [.. scores.Select(score => _subject.Score - score)]);
    }

    // What the attributions claim that each pixel is worth: slopes must be multiplied by how far the pixel is from the baseline.
    private double[] Worth(Attribution attribution)
    {
        if (!attribution.Method.IsSlope || attribution.Raw.Layer is not null) return attribution.Sum();
        var change = _subject.ToPlanes(_subject.Input).Zip(_subject.ToPlanes(_baseline), (x, b) => x - b);
        // slopes without signs say how much f may change either way
        if (!attribution.Method.IsSigned) change = change.Map(Math.Abs);
        var (products, worth) = (attribution.Map.Zip(change, (slope, move) => slope * move).Values, new double[attribution.Height * attribution.Width]);
        for (var index = 0; index < products.Length; index++) worth[index % worth.Length] += products[index];
        return worth;
    }
}
