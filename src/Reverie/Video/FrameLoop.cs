using Reverie.Imaging;
using Reverie.Video.Coherence;
using Reverie.Video.Flow;
using Reverie.Video.Frames;
using Reverie.Video.Journal;

namespace Reverie.Video;

/// <summary>Makes the frames of a video one after the other, from where the journal ends, and writes them down there.</summary>
/// <param name="source">The source.</param>
/// <param name="selection">Which frames.</param>
/// <param name="worker">How they are made.</param>
/// <param name="flow">How motion is found.</param>
/// <param name="each">Told of every frame when it is written down.</param>
/// <param name="progress">Told the share of the frame in work that is done.</param>
internal sealed class FrameLoop(VideoInfo source, VideoSelection selection, IFrameWorker worker, OpticalFlow flow, Action<FrameState> each, IProgress<double>? progress)
{
    // Frames that a pass backwards holds: the source, which can only be read forwards, is read anew for every so many. Reading takes thousandths of what painting does.
    private const int Chunk = 48;

    /// <summary>Makes all frames that are not made yet.</summary>
    /// <param name="journal">Where they go.</param>
    /// <param name="cancellation">Ends the run; what is written down stays.</param>
    /// <exception cref="ReverieException">A frame cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Make(FrameJournal journal, CancellationToken cancellation)
    {
        var before = journal.State;
        var past = new PastFrames(worker.LookBack, journal, flow);
        foreach (var frame in Selected(cancellation))
        {
            if (frame.Number <= before?.Note.Number)
            {
                past.Add(frame.Picture);
                continue;
            }
            var pair = before is null ? null : FramePair.Of(before.Source, frame.Picture, flow, cancellation);
            var isKey = pair is null or { IsCut: true };
            var shot = before is null ? 0 : before.Note.Shot + (isKey ? 1 : 0);
            var work = worker.Make(frame, isKey ? new(null, null, [], null) : new(before, pair, past.Of(frame.Picture, shot, cancellation), null), progress, cancellation);
            var note = new FrameNote { Number = frame.Number, Time = frame.Time, Shot = shot, IsKey = isKey, Change = pair?.Change, ValidShare = pair?.ValidShare };
            before = Written(journal, note, frame.Picture, work, isKey ? null : before, pair);
            past.Add(frame.Picture);
        }
    }

    /// <summary>Makes all frames again, each from what the pass before made of it and from its neighbour in this pass.</summary>
    /// <param name="journal">Where they go.</param>
    /// <param name="earlier">The pass before, which is done.</param>
    /// <param name="backwards">From the last frame to the first.</param>
    /// <param name="cancellation">Ends the run; what is written down stays.</param>
    /// <exception cref="ReverieException">A frame cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void MakeAgain(FrameJournal journal, FrameJournal earlier, bool backwards, CancellationToken cancellation)
    {
        var before = journal.State;
        foreach (var frame in backwards ? Backwards(earlier.Count, journal.Count, cancellation) : Selected(cancellation).Skip(journal.Count))
        {
            // the first pass goes forwards, and every other one the other way: so what comes next now was last then
            var at = earlier.Count - 1 - journal.Count;
            var known = earlier.NoteAt(at);
            if (known.Number != frame.Number) throw new ReverieException($"'{source.Path}' changed while it was worked on: frame {known.Number} is not where it was; delete '{journal.Folder}' to begin anew");
            var follows = before is not null && before.Note.Shot == known.Shot;
            var pair = follows ? FramePair.Of(before!.Source, frame.Picture, flow, cancellation) : null;
            var work = worker.Make(frame, new(follows ? before : null, pair, [], earlier.ResultAt(at)), progress, cancellation);
            before = Written(journal, known, frame.Picture, work, follows ? before : null, pair);
        }
    }

    private FrameState Written(FrameJournal journal, FrameNote note, Picture frame, FrameWork work, FrameState? before, FramePair? pair)
    {
        var state = new FrameState(note with
        {
            SourceError = before is null ? null : pair!.WarpingError(before.Source, frame),
            ResultError = before is null ? null : pair!.WarpingError(before.Result, work.Result),
            Persistence = before is null ? null : pair!.Persistence(FrameDetail.Of(before.Result, before.Source), FrameDetail.Of(work.Result, frame)),
            Objective = work.Objective,
            ObjectiveOverKey = work.Objective / work.Key.Objective,
        }, work.Key, frame, work.Result);
        journal.Add(state);
        each(state);
        return state;
    }

    private IEnumerable<VideoFrame> Selected(CancellationToken cancellation)
    {
        foreach (var frame in FrameSource.Read(source, selection.Height, selection.Width, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            if (selection.IsBeyond(frame, source.TimeBase)) yield break;
            if (selection.Has(frame, source.TimeBase)) yield return frame;
        }
    }

    // From the last to the first, without those that are done.
    private IEnumerable<VideoFrame> Backwards(int count, int done, CancellationToken cancellation)
    {
        for (var end = count - done; end > 0; end -= Chunk)
        {
            var begin = Math.Max(0, end - Chunk);
            var frames = Selected(cancellation).Skip(begin).Take(end - begin).ToList();
            for (var index = frames.Count - 1; index >= 0; index--) yield return frames[index];
        }
    }
}
