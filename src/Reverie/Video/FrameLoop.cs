using Reverie.Imaging;
using Reverie.Video.Coherence;
using Reverie.Video.Flow;
using Reverie.Video.Frames;
using Reverie.Video.Journal;

namespace Reverie.Video;

/// <summary>Makes the frames of a video one after the other, from where the journal ends, and writes them down there.</summary>
/// <param name="source">The source.</param>
/// <param name="selection">Which frames.</param>
/// <param name="workers">How they are made: by one worker, or by several at once where frames do not depend on each other.</param>
/// <param name="flow">How motion is found.</param>
/// <param name="each">Told of every frame when it is written down, which is while the next is made; by another thread.</param>
/// <param name="progress">Told how many frames are made, in all passes, with the share of the frame in work that is done.</param>
internal sealed class FrameLoop(VideoInfo source, VideoSelection selection, IReadOnlyList<IFrameWorker> workers, OpticalFlow flow, Action<FrameState> each, IProgress<double>? progress)
{
    // Frames that a pass backwards holds: the source, which can only be read forwards, is read anew for every so many. Reading takes thousandths of what painting does.
    private const int Chunk = 48;

    private int _made;

    /// <summary>Makes all frames that are not made yet.</summary>
    /// <param name="journal">Where they go.</param>
    /// <param name="cancellation">Ends the run; what is written down stays.</param>
    /// <exception cref="ReverieException">A frame cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Make(FrameJournal journal, CancellationToken cancellation)
    {
        var before = journal.State;
        var from = before?.Note.Number ?? -1;
        var worker = workers[0];
        var past = new PastFrames(worker.LookBack, journal, flow);
        var records = new FrameRecords(journal, each);
        try
        {
            foreach (var (frame, pair, begun) in Begun(Ahead.ByOne(Pairs(Selected(cancellation), null, frame => frame.Number > from, cancellation)), from, cancellation))
            {
                if (frame.Number <= from)
                {
                    past.Add(frame.Picture);
                    continue;
                }
                var isKey = pair is null or { IsCut: true };
                var shot = before is null ? 0 : before.Note.Shot + (isKey ? 1 : 0);
                if (worker.LookBack.Count > 0) records.Settle();
                var work = begun is null ? worker.Make(frame, isKey ? FrameContext.None : new(before, pair, past.Of(frame.Picture, shot, cancellation), null), Progress(), cancellation)
                    : isKey ? begun.GetAwaiter().GetResult()
                    : begun.GetAwaiter().GetResult() with { Key = before!.Key };
                _made++;
                var note = new FrameNote { Number = frame.Number, Time = frame.Time, Shot = shot, IsKey = isKey, Change = pair?.Change, ValidShare = pair?.ValidShare };
                before = records.Add(note, frame.Picture, work, isKey ? null : before, pair);
                past.Add(frame.Picture);
            }
        }
        finally
        {
            records.Settle();
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
        var records = new FrameRecords(journal, each);
        var done = journal.Count;
        try
        {
            var frames = backwards ? Backwards(earlier.Count, done, cancellation) : Selected(cancellation).Skip(done);
            foreach (var (frame, pair) in Ahead.ByOne(Pairs(frames, before?.Source, _ => true, cancellation)))
            {
                // the first pass goes forwards, and every other one the other way: so what comes next now was last then
                var at = earlier.Count - 1 - done++;
                var known = earlier.NoteAt(at);
                if (known.Number != frame.Number) throw new ReverieException($"'{source.Path}' changed while it was worked on: frame {known.Number} is not where it was; delete '{journal.Folder}' to begin anew");
                var follows = before is not null && before.Note.Shot == known.Shot;
                var work = workers[0].Make(frame, new(follows ? before : null, follows ? pair : null, [], earlier.ResultAt(at)), Progress(), cancellation);
                _made++;
                before = records.Add(known, frame.Picture, work, follows ? before : null, follows ? pair : null);
            }
        }
        finally
        {
            records.Settle();
        }
    }

    // Where there are several workers, as many frames are in work at once. They share the compiled graphs, so that a frame is the same to the bit whichever others are made beside it.
    private IEnumerable<(VideoFrame Frame, FramePair? Pair, Task<FrameWork>? Work)> Begun(IEnumerable<(VideoFrame Frame, FramePair? Pair)> frames, int from, CancellationToken cancellation)
    {
        var begun = new Queue<(VideoFrame Frame, FramePair? Pair, Task<FrameWork>? Work)>();
        var count = 0;
        try
        {
            foreach (var (frame, pair) in frames)
            {
                if (workers.Count == 1 || frame.Number <= from)
                {
                    yield return (frame, pair, null);
                    continue;
                }
                // its last frame is the one that was asked for longest ago
                var worker = workers[count++ % workers.Count];
                begun.Enqueue((frame, pair, Task.Run(() => worker.Make(frame, FrameContext.None, null, cancellation), CancellationToken.None)));
                if (begun.Count == workers.Count) yield return begun.Dequeue();
            }
            while (begun.TryDequeue(out var next)) yield return next;
        }
        finally
        {
            // frames that nobody waits for any more: what ended the run is told by the one that did
            Task.WhenAny(Task.WhenAll(begun.Select(each => each.Work!))).Wait(CancellationToken.None);
        }
    }

    // Frames with how each follows from the one before, where that is wanted.
    private IEnumerable<(VideoFrame Frame, FramePair? Pair)> Pairs(IEnumerable<VideoFrame> frames, Picture? before, Func<VideoFrame, bool> wanted, CancellationToken cancellation)
    {
        foreach (var frame in frames)
        {
            yield return (frame, before is null || !wanted(frame) ? null : FramePair.Of(before, frame.Picture, flow, cancellation));
            before = frame.Picture;
        }
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

    private Share? Progress() => progress is null ? null : new(_made, progress);

    private sealed class Share(int made, IProgress<double> progress) : IProgress<double>
    {
        public void Report(double value) => progress.Report(made + value);
    }
}
