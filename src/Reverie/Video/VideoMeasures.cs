namespace Reverie.Video;

/// <summary>The measures of a whole video, and of each of its shots: means over their frames.</summary>
/// <param name="Frames">How many frames.</param>
/// <param name="SourceError">The mean warping error of the source; null without pairs of frames.</param>
/// <param name="ResultError">The mean warping error of the result.</param>
/// <param name="Ratio">The second over the first: what the method adds; 1 is as steady as the source.</param>
/// <param name="Persistence">The mean correlation of each frame's detail with that of the one before, moved along.</param>
/// <param name="Objective">The mean of the method's objective, for dreams the activation gain.</param>
public sealed record VideoMeasures(int Frames, double? SourceError, double? ResultError, double? Ratio, double? Persistence, double? Objective)
{
    /// <summary>Measures frames.</summary>
    public static VideoMeasures Of(IReadOnlyCollection<FrameNote> notes)
    {
        var (source, result) = (Mean(note => note.SourceError), Mean(note => note.ResultError));
        return new(notes.Count, source, result, source > 0 ? result / source : null, Mean(note => note.Persistence), Mean(note => note.Objective));

        double? Mean(Func<FrameNote, double?> of) => notes.Select(of).OfType<double>().ToList() is { Count: > 0 } values ? values.Average() : null;
    }

    /// <summary>Measures each shot.</summary>
    public static IReadOnlyList<VideoMeasures> Shots(IReadOnlyCollection<FrameNote> notes) => [.. notes.GroupBy(note => note.Shot).OrderBy(shot => shot.Key).Select(shot => Of([.. shot]))];
}
