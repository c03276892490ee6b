using System.Globalization;

namespace Reverie.Explain;

/// <summary>How far an attribution can be trusted, in numbers. Measures that were not asked for are null.</summary>
/// <param name="Gap">The completeness error as a fraction; null where the method promises no sum.</param>
/// <param name="Deletion">The area under the deletion curve: small is good.</param>
/// <param name="Insertion">The area under the insertion curve: large is good.</param>
/// <param name="Sparseness">The Gini coefficient of the magnitudes: large is sparse.</param>
/// <param name="Agreement">The mean rank correlation with the other methods; null where there are none.</param>
public sealed record Trust(double? Gap, double Deletion, double Insertion, double Sparseness, double? Agreement)
{
    /// <summary>What the network's biases took of f(x), for methods that let them (<see cref="Attribution.BiasShare"/>).</summary>
    public double? BiasShare { get; init; }

    /// <summary>How far the attributions miss what f loses without parts of the picture.</summary>
    public InfidelityScore? Infidelity { get; init; }

    /// <summary>How well sums of attributions go with what f loses.</summary>
    public SensitivityCurve? SensitivityN { get; init; }

    /// <summary>What the network says of the picture multiplied by its map.</summary>
    public ConfidenceChange? Confidence { get; init; }

    /// <summary>How much the map changes when the picture hardly does.</summary>
    public double? MaxSensitivity { get; init; }

    /// <summary>What becomes of the map when the network's weights become random.</summary>
    public RandomisationCurve? Randomisation { get; init; }

    /// <summary>Whether the strongest place lies on the marked object.</summary>
    public bool? Points { get; init; }

    /// <summary>The completeness error in words, short.</summary>
    public string Verdict => (Gap, BiasShare) switch
    {
        ({ } gap, _) => Completeness.Words(gap),
        (_, { } share) => string.Create(CultureInfo.InvariantCulture, $"biases took {share:P0}"),
        _ => "promises no sum",
    };

    /// <summary>Measures attributions of one picture, each by itself and against the others.</summary>
    /// <param name="subject">The picture.</param>
    /// <param name="attributions">The attributions.</param>
    /// <param name="settings">Which measures; the quick ones where null.</param>
    /// <param name="progress">Told how many methods are measured.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ReverieException">A setting is out of range, or the mask does not fit the photo.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static IReadOnlyList<Trust> Of(PictureSubject subject, IReadOnlyList<Attribution> attributions, TrustSettings? settings = null, IProgress<ExplainProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(attributions);
        settings ??= new();
        var maps = attributions.Select(each => each.Sum()).ToList();
        var randomised = settings.Randomisation?.Of(subject, attributions, progress, cancellation);
        var found = new List<Trust>();
        for (var index = 0; index < maps.Count; index++)
        {
            var (map, attribution) = (maps[index], attributions[index]);
            found.Add(new(
                attribution.Gap,
                settings.Curves.Deletion(subject, map, cancellation).Area,
                settings.Curves.Insertion(subject, map, cancellation).Area,
                Explain.Sparseness.Of(map),
                maps.Count < 2 ? null : Enumerable.Range(0, maps.Count).Where(other => other != index).Average(other => RankCorrelation.Of(map, maps[other])))
            {
                BiasShare = attribution.BiasShare,
                Infidelity = settings.Infidelity?.Of(subject, attribution, cancellation),
                SensitivityN = settings.SensitivityN?.Of(subject, attribution, cancellation),
                Confidence = settings.AverageDrop?.Of(subject, attribution, cancellation),
                MaxSensitivity = settings.MaxSensitivity?.Of(subject, attribution, cancellation),
                Randomisation = randomised?[index],
                Points = settings.Mask is { } mask ? settings.Pointing.Hits(subject, attribution, mask) : null,
            });
            progress?.Report(new("measures", index + 1, maps.Count));
        }
        return found;
    }
}
