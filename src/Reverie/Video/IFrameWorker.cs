using Reverie.Video.Coherence;
using Reverie.Video.Frames;

namespace Reverie.Video;

/// <summary>A method that makes a video frame by frame. A frame is a function of the source's frame and of the last one's state, of nothing else: so a run can end anywhere and go on.</summary>
internal interface IFrameWorker : IDisposable
{
    /// <summary>Makes a frame.</summary>
    /// <param name="frame">The frame of the source.</param>
    /// <param name="before">The last frame; null at a key frame.</param>
    /// <param name="pair">How the frame follows from the last one; null at a key frame.</param>
    /// <param name="progress">Told the share that is done.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    FrameWork Make(VideoFrame frame, FrameState? before, FramePair? pair, IProgress<double>? progress, CancellationToken cancellation);
}

/// <summary>A frame that was made.</summary>
/// <param name="Result">The picture.</param>
/// <param name="Objective">What it reached; null where nothing is measured.</param>
/// <param name="Key">What the frames of its shot are held to.</param>
internal sealed record FrameWork(Imaging.Picture Result, double? Objective, KeyFrame Key);
