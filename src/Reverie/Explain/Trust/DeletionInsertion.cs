namespace Reverie.Explain;

/// <summary>What becomes of the target when pixels are taken away, or put back, in the order of an attribution.</summary>
/// <param name="Curve">The target's value (its probability, for a class) after each step; the first is before any.</param>
/// <param name="Area">The area under the curve over 0 to 1: small is good for deletion, large for insertion.</param>
public sealed record PixelCurve(double[] Curve, double Area);

/// <summary>
/// Deletion and insertion (Petsiuk et al. 2018): pixels are changed in the order of the attribution, the strongest first. In deletion they become the mean colour; in insertion they come back onto the
/// blurred picture. All steps go through the network in batches.
/// </summary>
public sealed record DeletionInsertion
{
    /// <summary>In how many steps.</summary>
    public int Steps { get; init; } = 56;

    /// <summary>What takes the place of deleted pixels.</summary>
    public Baseline Deleted { get; init; } = Baseline.Mean;

    /// <summary>What pixels are put back onto.</summary>
    public Baseline Ground { get; init; } = Baseline.Blur(5);

    /// <summary>The curve when the strongest pixels are taken away.</summary>
    /// <exception cref="ReverieException">The steps are out of range.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public PixelCurve Deletion(PictureSubject subject, double[] map, CancellationToken cancellation = default) => Curve(subject, map, subject.Input, subject.Baselines(Deleted)[0], cancellation);

    /// <summary>The curve when the strongest pixels are put back.</summary>
    /// <exception cref="ReverieException">The steps are out of range.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public PixelCurve Insertion(PictureSubject subject, double[] map, CancellationToken cancellation = default) => Curve(subject, map, subject.Baselines(Ground)[0], subject.Input, cancellation);

    private PixelCurve Curve(PictureSubject subject, double[] map, Signal from, Signal to, CancellationToken cancellation)
    {
        if (Steps < 1 || Steps > map.Length) throw new ReverieException($"the steps must be between 1 and the {map.Length} pixels");
        // a stable order: equal pixels keep theirs, so that runs can be repeated
        int[] order = [.. Enumerable.Range(0, map.Length).OrderByDescending(pixel => map[pixel])];
        var last = subject.Network.Card.Input.Layout == Models.InputLayout.NHWC;
        var channels = from.ItemLength / map.Length;
        var current = (double[])from.Values.Clone();
        var changed = 0;
        var curve = subject.Probabilities(Steps + 1, (step, into) =>
        {
            for (var until = (int)((long)map.Length * step / Steps); changed < until; changed++)
                for (var channel = 0; channel < channels; channel++)
                {
                    var at = last ? order[changed] * channels + channel : channel * map.Length + order[changed];
                    current[at] = to.Values[at];
                }
            current.CopyTo(into[0], 0);
        }, cancellation);
        return new(curve, (curve.Sum() - (curve[0] + curve[^1]) / 2) / Steps);
    }
}
