namespace Reverie.Video;

/// <summary>Where a video stands.</summary>
/// <param name="Encoding">Whether all frames are made and being encoded.</param>
/// <param name="Done">Frames done in this run, with the share that is done of the one in work; while encoding, frames encoded.</param>
/// <param name="Total">About how many there are to do in this run.</param>
/// <param name="Frames">Frames that are made, also by runs before; of several passes, in the one in work.</param>
/// <param name="Last">The last frame made; null before the first of this run.</param>
public readonly record struct VideoProgress(bool Encoding, double Done, double Total, int Frames, FrameNote? Last);

/// <summary>What became of a video.</summary>
/// <param name="Notes">What is known of the frames made, in order.</param>
/// <param name="Cancelled">Whether the run ended early: the frames are in the journal then, and the same job goes on from there.</param>
public sealed record VideoResult(IReadOnlyList<FrameNote> Notes, bool Cancelled);
