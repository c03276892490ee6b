namespace Reverie.Explain;

/// <summary>How far an attribution can be trusted, in numbers.</summary>
/// <param name="Gap">The completeness error as a fraction; null where the method promises no sum.</param>
/// <param name="Deletion">The area under the deletion curve: small is good.</param>
/// <param name="Insertion">The area under the insertion curve: large is good.</param>
/// <param name="Sparseness">The Gini coefficient of the magnitudes: large is sparse.</param>
/// <param name="Agreement">The mean rank correlation with the other methods; null where there are none.</param>
public sealed record Trust(double? Gap, double Deletion, double Insertion, double Sparseness, double? Agreement)
{
    /// <summary>The completeness error in words.</summary>
    public string Verdict => Gap switch
    {
        null => "promises no sum",
        <= 0.01 => "adds up",
        <= 0.1 => "adds up roughly",
        _ => "does not add up",
    };

    /// <summary>Measures attributions of one picture, each by itself and against the others.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static IReadOnlyList<Trust> Of(PictureSubject subject, IReadOnlyList<Attribution> attributions, CancellationToken cancellation = default)
    {
        var (maps, curves) = (attributions.Select(each => each.Sum()).ToList(), new DeletionInsertion());
        return [.. maps.Select((map, index) => new Trust(
            attributions[index].Gap,
            curves.Deletion(subject, map, cancellation).Area,
            curves.Insertion(subject, map, cancellation).Area,
            Explain.Sparseness.Of(map),
            maps.Count < 2 ? null : Enumerable.Range(0, maps.Count).Where(other => other != index).Average(other => RankCorrelation.Of(map, maps[other]))))];
    }
}
