using Reverie.Imaging;
using Reverie.Video.Coherence;
using Reverie.Video.Flow;
using Reverie.Video.Journal;

namespace Reverie.Video;

/// <summary>
/// The frames that a method looks back to. Results come from the journal, which has them in 8 bits whether or not the run was broken off, and sources are held as far back as is looked:
/// memory does not grow with the video.
/// </summary>
/// <param name="offsets">How many frames back; none for no looking back.</param>
/// <param name="journal">The frames made.</param>
/// <param name="flow">How motion is found.</param>
internal sealed class PastFrames(IReadOnlyList<int> offsets, FrameJournal journal, OpticalFlow flow)
{
    private readonly int[] _offsets = [.. offsets.Distinct().Order()];
    private readonly List<Picture> _sources = [];

    /// <summary>How many sources are held.</summary>
    public int Held => _sources.Count;

    /// <summary>Takes the source of the frame that the journal got last, or had already.</summary>
    public void Add(Picture source)
    {
        if (_offsets.Length == 0) return;
        if (_sources.Count == _offsets[^1]) _sources.RemoveAt(0);
        _sources.Add(source);
    }

    /// <summary>The frames of a shot that are looked back to, the nearest first.</summary>
    /// <param name="frame">The frame that is next.</param>
    /// <param name="shot">Its shot.</param>
    /// <param name="cancellation">Ends the work.</param>
    public IReadOnlyList<PastFrame> Of(Picture frame, int shot, CancellationToken cancellation)
    {
        var past = new List<PastFrame>();
        foreach (var offset in _offsets)
        {
            if (offset > journal.Count || journal.NoteAt(journal.Count - offset).Shot != shot) break;
            past.Add(new(journal.ResultAt(journal.Count - offset), FramePair.Of(_sources[^offset], frame, flow, cancellation)));
        }
        return past;
    }
}
