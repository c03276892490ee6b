using Reverie.Video.Coherence;
using Reverie.Video.Flow;
using Reverie.Video.Frames;
using Reverie.Video.Journal;

namespace Reverie.Video;

/// <summary>Makes the frames of a video one after the other, from where the journal ends, and writes them down there.</summary>
internal static class FrameLoop
{
    /// <summary>Makes all frames that are not made yet.</summary>
    /// <param name="source">The source.</param>
    /// <param name="selection">Which frames.</param>
    /// <param name="worker">How they are made.</param>
    /// <param name="journal">Where they go.</param>
    /// <param name="flow">How motion is found.</param>
    /// <param name="each">Told of every frame when it is written down.</param>
    /// <param name="progress">Told the share of the frame in work that is done.</param>
    /// <param name="cancellation">Ends the run; what is written down stays.</param>
    /// <exception cref="ReverieException">A frame cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Make(VideoInfo source, VideoSelection selection, IFrameWorker worker, FrameJournal journal, OpticalFlow flow, Action<FrameState> each, IProgress<double>? progress, CancellationToken cancellation)
    {
        var before = journal.State;
        foreach (var frame in FrameSource.Read(source, selection.Height, selection.Width, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            if (selection.IsBeyond(frame, source.TimeBase)) break;
            if (!selection.Has(frame, source.TimeBase) || frame.Number <= before?.Note.Number) continue;
            var pair = before is null ? null : FramePair.Of(before.Source, frame.Picture, flow, cancellation);
            var isKey = pair is null or { IsCut: true };
            var work = worker.Make(frame, isKey ? null : before, isKey ? null : pair, progress, cancellation);
            var note = new FrameNote
            {
                Number = frame.Number,
                Time = frame.Time,
                Shot = before is null ? 0 : before.Note.Shot + (isKey ? 1 : 0),
                IsKey = isKey,
                Change = pair?.Change,
                ValidShare = pair?.ValidShare,
                SourceError = isKey ? null : pair!.WarpingError(before!.Source, frame.Picture),
                ResultError = isKey ? null : pair!.WarpingError(before!.Result, work.Result),
                Persistence = isKey ? null : pair!.Persistence(FrameDetail.Of(before!.Result, before.Source), FrameDetail.Of(work.Result, frame.Picture)),
                Objective = work.Objective,
                ObjectiveOverKey = work.Objective / work.Key.Objective,
            };
            before = new(note, work.Key, frame.Picture, work.Result);
            journal.Add(before);
            each(before);
        }
    }
}
