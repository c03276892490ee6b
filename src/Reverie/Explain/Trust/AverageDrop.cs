namespace Reverie.Explain;

/// <summary>The probability of a class in a picture, and in what an explanation leaves of it.</summary>
/// <param name="Before">In the whole picture.</param>
/// <param name="After">In what is left.</param>
public sealed record ConfidenceChange(double Before, double After)
{
    /// <summary>How much of it is lost, from 0 to 1: small is good. Null where there was nothing to lose.</summary>
    public double? Drop => Before > 0 ? Math.Max(0, Before - After) / Before : null;

    /// <summary>Whether the explanation alone makes the network surer than the picture did.</summary>
    public bool Increased => After > Before;
}

/// <summary>
/// Average drop and increase of confidence (Chattopadhay et al. 2018): the picture is multiplied by its map, positive parts scaled to 1, so that only what speaks for the class is left; what does the network say to that?
/// </summary>
public sealed record AverageDrop
{
    /// <summary>What stands where nothing speaks for the class; black, as in the paper.</summary>
    public Baseline Baseline { get; init; } = Baseline.Black;

    /// <summary>Measures an attribution of a picture.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public ConfidenceChange Of(PictureSubject subject, Attribution attribution, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(attribution);
        var map = Array.ConvertAll(attribution.Sum(), value => Math.Max(0, value));
        var strongest = map.Max();
        var (picture, ground) = (subject.Input.Values, subject.Baselines(Baseline)[0].Values);
        var last = subject.Network.Card.Input.Layout == Models.InputLayout.NHWC;
        var channels = picture.Length / map.Length;
        var found = subject.Probabilities(2, (item, into) =>
        {
            for (var at = 0; at < picture.Length; at++)
            {
                var left = item == 0 ? 1 : strongest == 0 ? 0 : map[last ? at / channels : at % map.Length] / strongest;
                into[0][at] = ground[at] + left * (picture[at] - ground[at]);
            }
        }, cancellation);
        return new(found[0], found[1]);
    }

    /// <summary>The mean drop and the fraction of increases over many pictures.</summary>
    public static (double Drop, double Increase) Over(IReadOnlyList<ConfidenceChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return changes.Count == 0 ? (0, 0) : (changes.Average(each => each.Drop ?? 0), changes.Average(each => each.Increased ? 1.0 : 0));
    }
}
