using Reverie.Imaging;
using Reverie.Video.Coherence;
using Reverie.Video.Journal;

namespace Reverie.Video;

/// <summary>Measures the frames made and writes them down, one after the other, while the next is made.</summary>
/// <param name="journal">Where they go.</param>
/// <param name="each">Told of every frame when it is written down, by one thread at a time.</param>
internal sealed class FrameRecords(FrameJournal journal, Action<FrameState> each)
{
    private Task _last = Task.CompletedTask;

    /// <summary>Takes a frame that was made.</summary>
    /// <param name="note">What is known of it; its measures are added.</param>
    /// <param name="frame">The frame of the source.</param>
    /// <param name="work">What was made of it.</param>
    /// <param name="before">The frame made before it; null at a key frame.</param>
    /// <param name="pair">How it follows from that one.</param>
    /// <returns>What the next frame is made from; its note is without measures.</returns>
    /// <exception cref="ReverieException">The frame before could not be written.</exception>
    public FrameState Add(FrameNote note, Picture frame, FrameWork work, FrameState? before, FramePair? pair)
    {
        Settle();
        _last = Task.Run(() =>
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
        });
        return new(note, work.Key, frame, work.Result);
    }

    /// <summary>Waits until all frames are written down.</summary>
    /// <exception cref="ReverieException">One cannot be written: the disk is full.</exception>
    public void Settle()
    {
        var last = _last;
        _last = Task.CompletedTask;
        last.GetAwaiter().GetResult();
    }
}
